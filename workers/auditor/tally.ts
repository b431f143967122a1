// Counts what came of the comparisons, for Prometheus and for /health.

import { Counter } from 'prom-client';
import type { CachedResource } from '../../contract/resources.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { Finding } from './finding.ts';
import type { Verdict } from './verdict.ts';

interface Counts {
  conclusive: number;
  stale: number;
  inconclusive: Record<string, number>;
}

export class Tally {
  readonly #comparisons: Counter<'resource' | 'outcome'>;
  readonly #inconclusive: Counter<'resource' | 'reason'>;
  readonly #counts = new Map<string, Counts>();
  #lastFinding: (Finding & { found_at: string }) | null = null;

  constructor(metrics: Metrics) {
    const registers = [metrics];
    this.#comparisons = new Counter({
      name: 'cinesync_audit_comparisons_total',
      help: 'Entries compared with the database by outcome: fresh, stale, inconclusive',
      labelNames: ['resource', 'outcome'],
      registers,
    });
    this.#inconclusive = new Counter({
      name: 'cinesync_audit_inconclusive_total',
      help: 'Comparisons that prove nothing, by reason',
      labelNames: ['resource', 'reason'],
      registers,
    });
  }

  get lastFinding(): (Finding & { found_at: string }) | null {
    return this.#lastFinding;
  }

  count(resource: CachedResource, verdict: Verdict): void {
    const counts = this.#countsOf(resource);
    const conclusive = verdict === 'fresh' || verdict === 'stale';
    const outcome = conclusive ? verdict : 'inconclusive';
    this.#comparisons.inc({ resource: resource.name, outcome });
    if (conclusive) {
      counts.conclusive += 1;
      counts.stale += verdict === 'stale' ? 1 : 0;
    } else {
      this.#inconclusive.inc({ resource: resource.name, reason: verdict });
      counts.inconclusive[verdict] = (counts.inconclusive[verdict] ?? 0) + 1;
    }
  }

  keep(finding: Finding): void {
    this.#lastFinding = { ...finding, found_at: new Date().toISOString() };
  }

  /** With the names of /health. */
  describe(resource: CachedResource) {
    const { conclusive, stale, inconclusive } = this.#countsOf(resource);
    const proved = Object.values(inconclusive).reduce((sum, count) => sum + count, conclusive);
    return {
      checked: proved,
      conclusive,
      stale,
      stale_share_below: stale === 0 && conclusive > 0 ? 3 / conclusive : null,
      inconclusive: { ...inconclusive },
    };
  }

  #countsOf(resource: CachedResource): Counts {
    const counts = this.#counts.get(resource.name) ?? {
      conclusive: 0,
      stale: 0,
      inconclusive: {},
    };
    this.#counts.set(resource.name, counts);
    return counts;
  }
}
