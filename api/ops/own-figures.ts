// What this process itself has counted, as differences between looks: reads by resource, and how
// long answers took in the last minute. It reads the metrics that are there for Prometheus anyway.

import type { Metrics } from '../../platform/metrics.ts';
import type { Latency } from './state.ts';

export interface ReadCounts {
  reads: number;
  hits: number;
}

interface Value {
  labels: Partial<Record<string, number | string>>;
  value: number;
  metricName?: string;
}

const windowLooks = 60;
/** Probes and this page itself are no readers. */
const readers = /^\/(cities|genres|image|movies|persons|search)\b/;

export class OwnFigures {
  readonly #metrics: Metrics;
  #reads = new Map<string, ReadCounts>();
  #durations: Map<string, number>[] = [];

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  /** Of each resource since the last look; nothing at the first. */
  async takeReads(): Promise<Map<string, ReadCounts>> {
    const totals = new Map<string, ReadCounts>();
    for (const { labels, value } of await this.#values('cinesync_reads_total')) {
      const name = String(labels.resource);
      const { reads, hits } = totals.get(name) ?? { reads: 0, hits: 0 };
      totals.set(name, {
        reads: reads + value,
        hits: hits + (labels.outcome === 'hit' || labels.outcome === 'memory' ? value : 0),
      });
    }
    const before = this.#reads;
    this.#reads = totals;
    const since = [...totals].map(([name, total]): [string, ReadCounts] => {
      const old = before.get(name);
      return [name, old ? subtract(total, old) : { reads: 0, hits: 0 }];
    });
    return new Map(since);
  }

  async takeLatency(): Promise<Latency> {
    const totals = new Map<string, number>();
    for (const { labels, value, metricName } of await this.#values(
      'cinesync_http_request_duration_seconds',
    )) {
      const isBucket = metricName?.endsWith('_bucket') === true;
      if (isBucket && readers.test(String(labels.route))) {
        const bound = String(labels.le);
        totals.set(bound, (totals.get(bound) ?? 0) + value);
      }
    }
    this.#durations = [...this.#durations, totals].slice(-windowLooks);
    const bounds = [...totals.keys()].filter((bound) => bound !== '+Inf').map(Number);
    const ascending = bounds.toSorted((one, other) => one - other);
    const oldest = this.#durations[0] ?? totals;
    const upTo = [...ascending.map(String), '+Inf'].map(
      (bound) => (totals.get(bound) ?? 0) - (oldest.get(bound) ?? 0),
    );
    return {
      boundsMs: ascending.map((seconds) => seconds * 1000),
      counts: upTo.map((value, index) => value - (upTo[index - 1] ?? 0)),
    };
  }

  async #values(name: string): Promise<Value[]> {
    const metric = await this.#metrics.getSingleMetric(name)?.get();
    return (metric?.values ?? []) as Value[];
  }
}

function subtract(one: ReadCounts, other: ReadCounts): ReadCounts {
  return { reads: one.reads - other.reads, hits: one.hits - other.hits };
}
