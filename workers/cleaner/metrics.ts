// What the cleaner counts.

import { Counter } from 'prom-client';
import type { CachedResource } from '../../contract/resources.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { FlushReason } from '../../cache/apply-batch.ts';
import type { BatchPlan } from './plan.ts';

export class CleanerMetrics {
  readonly #deletes: Counter<'resource'>;
  readonly #flushes: Counter<'resource' | 'reason'>;
  readonly #deadLetters: Counter<'resource'>;

  constructor(metrics: Metrics) {
    const registers = [metrics];
    this.#deletes = new Counter({
      name: 'cinesync_entries_deleted_total',
      help: 'Keys named in a DEL that Redis has acknowledged, whether they existed or not',
      labelNames: ['resource'],
      registers,
    });
    this.#flushes = new Counter({
      name: 'cinesync_flushes_total',
      help: 'Flushes of a whole resource, by reason',
      labelNames: ['resource', 'reason'],
      registers,
    });
    this.#deadLetters = new Counter({
      name: 'cinesync_dead_letters_total',
      help: 'Messages that could not be understood',
      labelNames: ['resource'],
      registers,
    });
  }

  count(resource: CachedResource, plan: BatchPlan): void {
    this.#deletes.inc({ resource: resource.name }, plan.keys.length);
    this.#deadLetters.inc({ resource: resource.name }, plan.unreadable.length);
  }

  countFlush(resource: CachedResource, reason: FlushReason): void {
    this.#flushes.inc({ resource: resource.name, reason });
  }
}
