// What the cache counts: how each read was answered, what became of each fill, how far behind the
// heartbeats are, and why entries are not used.

import { Counter, Gauge } from 'prom-client';
import { cachedResources } from '../contract/resources.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Trust } from './trust.ts';

export interface CacheMetrics {
  reads: Counter<'resource' | 'outcome'>;
  fills: Counter<'resource' | 'outcome'>;
}

export function createCacheMetrics(metrics: Metrics): CacheMetrics {
  return {
    reads: new Counter({
      name: 'cinesync_reads_total',
      help: 'Reads of cached resources by outcome: hit, miss, bypass, stale',
      labelNames: ['resource', 'outcome'],
      registers: [metrics],
    }),
    fills: new Counter({
      name: 'cinesync_fills_total',
      help: 'Fills by outcome: stored, refused (the lease was voided), failed (Redis was away)',
      labelNames: ['resource', 'outcome'],
      registers: [metrics],
    }),
  };
}

export function registerTrustGauges(metrics: Metrics, trust: Pick<Trust, 'of'>): void {
  new Gauge({
    name: 'cinesync_cache_lag_seconds',
    help: 'Age of the oldest heartbeat that has been applied; absent while it is not known',
    labelNames: ['resource'],
    registers: [metrics],
    collect() {
      this.reset();
      for (const resource of cachedResources) {
        const { lagMs } = trust.of(resource);
        if (lagMs !== null) {
          this.set({ resource: resource.name }, lagMs / 1000);
        }
      }
    },
  });
  new Gauge({
    name: 'cinesync_cache_bypassed',
    help: '1 with the reason while a resource is read from Postgres; absent while it is not',
    labelNames: ['resource', 'reason'],
    registers: [metrics],
    collect() {
      this.reset();
      for (const resource of cachedResources) {
        const reason = trust.of(resource).bypass;
        if (reason !== null) {
          this.set({ resource: resource.name, reason }, 1);
        }
      }
    },
  });
}
