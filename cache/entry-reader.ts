// Reads one resource through the cache (the protocol is in ARCHITECTURE.md, "Reading an entry").
// Whatever Redis does, a reader gets an answer: when it is away, slow, or somebody else loads for
// too long, the answer comes from Postgres and nothing is stored.

import { type CachedResource, entryKey } from '../contract/resources.ts';
import { TransientError } from '../platform/errors.ts';
import { pause } from '../platform/retry.ts';
import type { EntryStore } from './entry-store.ts';
import { isLease, newLease } from './lease.ts';
import type { CacheMetrics } from './metrics.ts';
import { SharedLoads } from './shared-loads.ts';

export interface ReadResult {
  source: 'cache' | 'database';
  /** JSON text, ready to be joined into an answer. */
  text: string;
}

/** How a route reads a resource, with the cache or without. */
export interface Reader {
  /** The code must be canonical. */
  read(code: string): Promise<ReadResult>;
}

export interface EntryReaderOptions {
  resource: CachedResource;
  store: EntryStore;
  /** One statement, read committed; "no such row" is the resource's `absentText`. */
  load: (code: string) => Promise<string>;
  ttlSeconds: number;
  /** How long to wait for somebody else's load before loading without filling. */
  leaseWaitMs: number;
  metrics: CacheMetrics;
}

/** Random codes of rows that do not exist must not fill the cache. */
const absentTtlSeconds = 30;

type Lookup =
  | { kind: 'hit'; text: string }
  | { kind: 'loading'; load: Promise<string> }
  | { kind: 'unleased' };

export class EntryReader implements Reader {
  readonly #options: EntryReaderOptions;
  /** The loads of this process by their lease: only who was shown a lease may join its load. */
  readonly #leasedLoads = new Map<string, Promise<string>>();
  readonly #unleasedLoads = new SharedLoads<string>();

  constructor(options: EntryReaderOptions) {
    this.#options = options;
  }

  /**
   * The code must be canonical.
   * @throws whatever `load` throws.
   */
  async read(code: string): Promise<ReadResult> {
    const lookup = await this.#lookUp(code);
    switch (lookup.kind) {
      case 'hit':
        return this.#result('cache', lookup.text);
      case 'loading':
        return this.#result('database', await lookup.load);
      case 'unleased': {
        const load = () => this.#options.load(code);
        return this.#result('database', await this.#unleasedLoads.load(code, load));
      }
      default:
        return lookup satisfies never;
    }
  }

  async #lookUp(code: string): Promise<Lookup> {
    const { resource, store, leaseWaitMs } = this.#options;
    const key = entryKey(resource, code);
    const waitUntilMs = performance.now() + leaseWaitMs;
    try {
      for (;;) {
        const lease = newLease();
        const held = (await store.look(key)) ?? (await store.takeLease(key, lease));
        if (held === null) {
          return { kind: 'loading', load: this.#startLeasedLoad(code, lease) };
        }
        if (!isLease(held)) {
          return { kind: 'hit', text: held };
        }
        const load = this.#leasedLoads.get(held);
        if (load !== undefined) {
          return { kind: 'loading', load };
        }
        if (performance.now() >= waitUntilMs) {
          return { kind: 'unleased' };
        }
        await pause(10 + Math.random() * 40);
      }
    } catch (error) {
      if (error instanceof TransientError) {
        return { kind: 'unleased' };
      }
      throw error;
    }
  }

  /** In the tick of the lease reply, so that the reply behind it already finds a load to join. */
  #startLeasedLoad(code: string, lease: string): Promise<string> {
    const load = this.#loadAndFill(code, lease).finally(() => this.#leasedLoads.delete(lease));
    this.#leasedLoads.set(lease, load);
    return load;
  }

  async #loadAndFill(code: string, lease: string): Promise<string> {
    const { resource, store, ttlSeconds, metrics, load } = this.#options;
    const text = await load(code);
    const seconds = text === resource.absentText ? absentTtlSeconds : ttlSeconds;
    let outcome = 'failed';
    try {
      const filled = await store.fill(entryKey(resource, code), lease, text, jitteredMs(seconds));
      outcome = filled ? 'stored' : 'refused';
    } catch (error) {
      if (!(error instanceof TransientError)) {
        throw error;
      }
    }
    metrics.fills.inc({ resource: resource.name, outcome });
    return text;
  }

  #result(source: ReadResult['source'], text: string): ReadResult {
    this.#options.metrics.reads.inc({ resource: this.#options.resource.name, source });
    return { source, text };
  }
}

/** Up to a tenth shorter, never longer: entries filled together must not expire together. */
function jitteredMs(seconds: number): number {
  return Math.ceil(seconds * 1000 * (1 - Math.random() / 10));
}
