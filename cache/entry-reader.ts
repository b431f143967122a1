// Reads one resource through the cache (the protocol is in ARCHITECTURE.md, "Reading an entry").
// Whatever Redis does, a reader gets an answer: when the cache can not be trusted, is slow or away,
// or somebody else loads for too long, the answer comes from Postgres and nothing is stored.

import { type CachedResource, entryKey } from '../contract/resources.ts';
import { TransientError } from '../platform/errors.ts';
import { pause } from '../platform/retry.ts';
import type { EntryStore } from './entry-store.ts';
import { type GuardedLoadOptions, type GuardedResult, loadGuarded } from './guarded-load.ts';
import { isLease, newLease } from './lease.ts';
import type { CacheMetrics } from './metrics.ts';
import { cacheStatus, type Reader, type ReadResult } from './read-result.ts';
import { SharedLoads } from './shared-loads.ts';
import type { TrustedResource } from './trust.ts';

export interface EntryReaderOptions extends GuardedLoadOptions {
  resource: CachedResource;
  store: EntryStore;
  trust: Pick<TrustedResource, 'trustedUntilMs' | 'reason'>;
  ttlSeconds: number;
  /** How long to wait for somebody else's load before loading without filling. */
  leaseWaitMs: number;
  /** While Postgres is away, serve an entry that can not be trusted, and say so. */
  serveStaleOnError: boolean;
  metrics: CacheMetrics;
}

/** Random codes of rows that do not exist must not fill the cache. */
const absentTtlSeconds = 30;

type Lookup =
  | { kind: 'hit'; text: string }
  | { kind: 'leased'; load: Promise<LeasedLoad> }
  | { kind: 'joined'; load: Promise<LeasedLoad> }
  | { kind: 'unleased'; status: string };

interface LeasedLoad {
  text: string;
  status: string;
}

export class EntryReader implements Reader {
  readonly #options: EntryReaderOptions;
  /** The loads of this process by their lease: only who was shown a lease may join its load. */
  readonly #leasedLoads = new Map<string, Promise<LeasedLoad>>();
  readonly #unleasedLoads = new SharedLoads<GuardedResult>();

  constructor(options: EntryReaderOptions) {
    this.#options = options;
  }

  /**
   * The code must be canonical.
   * @throws whatever `load` throws.
   */
  async read(code: string): Promise<ReadResult> {
    if (!this.#isTrusted) {
      return await this.#bypass(code, this.#options.trust.reason);
    }
    const lookup = await this.#lookUp(code);
    switch (lookup.kind) {
      case 'hit':
        return this.#fromCache('hit', lookup.text, cacheStatus.hit);
      case 'leased': {
        const { text, status } = await lookup.load;
        return this.#fromDatabase('miss', text, status);
      }
      case 'joined':
        return this.#fromDatabase('miss', (await lookup.load).text, cacheStatus.joined);
      case 'unleased':
        return this.#fromDatabase('miss', await this.#loadUnleased(code), lookup.status);
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
        const held = (await store.look(key)) ?? (await this.#takeLease(key, lease));
        if (held === null) {
          return { kind: 'leased', load: this.#startLeasedLoad(code, lease) };
        }
        if (!isLease(held)) {
          return { kind: 'hit', text: held };
        }
        const load = this.#leasedLoads.get(held);
        if (load !== undefined) {
          return { kind: 'joined', load };
        }
        if (performance.now() >= waitUntilMs) {
          return { kind: 'unleased', status: cacheStatus.leaseWait };
        }
        await pause(10 + Math.random() * 40);
        this.#assertTrusted();
      }
    } catch (error) {
      if (error instanceof TransientError) {
        const reason = this.#isTrusted ? 'redis' : this.#options.trust.reason;
        return { kind: 'unleased', status: cacheStatus.bypass(reason) };
      }
      throw error;
    }
  }

  async #takeLease(key: string, lease: string): Promise<string | null> {
    this.#assertTrusted();
    return await this.#options.store.takeLease(key, lease);
  }

  get #isTrusted(): boolean {
    return performance.now() < this.#options.trust.trustedUntilMs;
  }

  /** Before every command but the first: Redis may be another one since the last answer. */
  #assertTrusted(): void {
    if (!this.#isTrusted) {
      throw new TransientError('cache_distrusted', 'the cache is not trusted any more');
    }
  }

  /** In the tick of the lease reply, so that the reply behind it already finds a load to join. */
  #startLeasedLoad(code: string, lease: string): Promise<LeasedLoad> {
    const load = this.#loadAndFill(code, lease).finally(() => this.#leasedLoads.delete(lease));
    this.#leasedLoads.set(lease, load);
    return load;
  }

  async #loadAndFill(code: string, lease: string): Promise<LeasedLoad> {
    const { text, fillable } = await loadGuarded(code, this.#options);
    const stored = fillable && (await this.#fill(code, lease, text));
    return { text, status: stored ? cacheStatus.stored : cacheStatus.notStored };
  }

  async #fill(code: string, lease: string, text: string): Promise<boolean> {
    const { resource, store, ttlSeconds, metrics } = this.#options;
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
    return outcome === 'stored';
  }

  /** No look at Redis, no lease and no fill, unless Postgres can not answer. */
  async #bypass(code: string, reason: string): Promise<ReadResult> {
    try {
      const text = await this.#loadUnleased(code);
      return this.#fromDatabase('bypass', text, cacheStatus.bypass(reason));
    } catch (error) {
      const text = error instanceof TransientError ? await this.#lookForStale(code) : null;
      if (text === null) {
        throw error;
      }
      return { ...this.#fromCache('stale', text, cacheStatus.stale), stale: true };
    }
  }

  async #lookForStale(code: string): Promise<string | null> {
    const { resource, store, serveStaleOnError } = this.#options;
    if (!serveStaleOnError) {
      return null;
    }
    const held = await store.look(entryKey(resource, code)).catch(() => null);
    return held === null || isLease(held) ? null : held;
  }

  async #loadUnleased(code: string): Promise<string> {
    const load = () => loadGuarded(code, this.#options);
    return (await this.#unleasedLoads.load(code, load)).text;
  }

  #fromCache(outcome: string, text: string, status: string): ReadResult {
    this.#count(outcome);
    return { source: 'cache', text, status, stale: false };
  }

  #fromDatabase(outcome: string, text: string, status: string): ReadResult {
    this.#count(outcome);
    return { source: 'database', text, status, stale: false };
  }

  #count(outcome: string): void {
    const { metrics, resource } = this.#options;
    metrics.reads.inc({ resource: resource.name, outcome });
  }
}

/** Up to a tenth shorter, never longer: entries filled together must not expire together. */
function jitteredMs(seconds: number): number {
  return Math.ceil(seconds * 1000 * (1 - Math.random() / 10));
}
