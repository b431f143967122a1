// What the cache counts: how each read was answered, what became of each fill, how far behind the
// heartbeats are, and why entries are not used.

import { Counter, Gauge } from 'prom-client';
import { cachedResources } from '../contract/resources.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { LocalEntries } from './local-entries.ts';
import type { Tracking } from './tracking.ts';
import type { Trust } from './trust.ts';

export interface CacheMetrics {
  reads: Counter<'resource' | 'outcome'>;
  fills: Counter<'resource' | 'outcome'>;
}

export function createCacheMetrics(metrics: Metrics): CacheMetrics {
  return {
    reads: new Counter({
      name: 'cinesync_reads_total',
      help: 'Reads of cached resources by outcome: memory, hit, miss, bypass, stale',
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

export function registerMemoryGauges(
  metrics: Metrics,
  memory: { tracking: Pick<Tracking, 'isProven'>; entries: Pick<LocalEntries, 'size' | 'bytes'> },
): void {
  new Gauge({
    name: 'cinesync_memory_entries',
    help: 'Entries kept in the memory of this process',
    registers: [metrics],
    collect() {
      this.set(memory.entries.size);
    },
  });
  new Gauge({
    name: 'cinesync_memory_bytes',
    help: 'What they take, estimated from above',
    registers: [metrics],
    collect() {
      this.set(memory.entries.bytes);
    },
  });
  new Gauge({
    name: 'cinesync_tracking_proven',
    help: '1 while Redis is seen to tell what changes; while it is 0 nothing is kept in memory',
    registers: [metrics],
    collect() {
      this.set(memory.tracking.isProven ? 1 : 0);
    },
  });
}
