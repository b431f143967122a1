// What the cache counts: where each read was answered from, and what became of each fill.

import { Counter } from 'prom-client';
import type { Metrics } from '../platform/metrics.ts';

export interface CacheMetrics {
  reads: Counter<'resource' | 'source'>;
  fills: Counter<'resource' | 'outcome'>;
}

export function createCacheMetrics(metrics: Metrics): CacheMetrics {
  return {
    reads: new Counter({
      name: 'cinesync_reads_total',
      help: 'Reads of cached resources by where the answer came from',
      labelNames: ['resource', 'source'],
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
