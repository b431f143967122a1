// Reads one resource through the cache (the protocol is in ARCHITECTURE.md, "Reading an entry").
// Whatever Redis does, a reader gets an answer: when the cache can not be trusted, is slow or away,
// or somebody else loads for too long, the answer comes from Postgres and nothing is stored.

import { type CachedResource, entryKey } from '../contract/resources.ts';
import { TransientError } from '../platform/errors.ts';
import { pause } from '../platform/retry.ts';
import type { EntryStore } from './entry-store.ts';
import { EntryLooks, type Held, type Memory } from './entry-looks.ts';
import { type GuardedLoadOptions, type GuardedResult, loadGuarded } from './guarded-load.ts';
import { isLease, newLease } from './lease.ts';
import type { CacheMetrics } from './metrics.ts';
import { cacheStatus, type Reader, ReadResult } from './read-result.ts';
import type { RecentAnswers } from './recent-answers.ts';
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
  /** Absent: nothing is kept in this process. */
  memory?: Memory | undefined;
  /** Absent: nothing is kept of what was made of Redis's answers. */
  recent?: Pick<RecentAnswers, 'hit'> | undefined;
  metrics: CacheMetrics;
}

/** Random codes of rows that do not exist must not fill the cache. */
const absentTtlSeconds = 30;

/** After Redis has failed to answer. */
const findRestMs = 1000;

type Lookup =
  | { kind: 'hit'; result: ReadResult }
  | { kind: 'leased'; load: Promise<LeasedLoad> }
  | { kind: 'joined'; load: Promise<LeasedLoad> }
  | { kind: 'unleased'; status: string };

interface LeasedLoad {
  /** For who began it. */
  own: ReadResult;
  /** For all who joined it. */
  joined: ReadResult;
}

export class EntryReader implements Reader {
  readonly #options: EntryReaderOptions;
  /** The loads of this process by their lease: only who was shown a lease may join its load. */
  readonly #leasedLoads = new Map<string, Promise<LeasedLoad>>();
  readonly #unleasedLoads = new SharedLoads<GuardedResult>();
  readonly #looks: EntryLooks;
  readonly find: Reader['find'];
  #findAgainAtMs = 0;

  constructor(options: EntryReaderOptions) {
    this.#options = options;
    this.#looks = new EntryLooks(options);
    this.find = options.memory === undefined ? (code) => this.#find(code) : undefined;
  }

  peek(code: string): ReadResult | undefined {
    const copy = this.#copyOf(code);
    // That there is no such row is for the route to say.
    const isThere = copy !== undefined && copy.text !== this.#options.resource.absentText;
    return isThere ? this.#counted('memory', copy) : undefined;
  }

  /**
   * The code must be canonical.
   * @throws whatever `load` throws.
   */
  async read(code: string): Promise<ReadResult> {
    const copy = this.#copyOf(code);
    if (copy !== undefined) {
      return this.#counted('memory', copy);
    }
    if (!this.#isTrusted) {
      return await this.#bypass(code, this.#options.trust.reason);
    }
    const lookup = await this.#lookUp(code);
    switch (lookup.kind) {
      case 'hit':
        return this.#counted('hit', lookup.result);
      case 'leased':
        return this.#counted('miss', (await lookup.load).own);
      case 'joined':
        return this.#counted('miss', (await lookup.load).joined);
      case 'unleased':
        return this.#counted('miss', loaded(await this.#loadUnleased(code), lookup.status));
      default:
        return lookup satisfies never;
    }
  }

  async #find(code: string): Promise<ReadResult | undefined> {
    const { resource } = this.#options;
    const mayAsk = this.#isTrusted && performance.now() >= this.#findAgainAtMs;
    if (!mayAsk || resource.canonicalCode(code) !== code) {
      return undefined;
    }
    try {
      const { held, watch } = await this.#looks.look(code);
      watch?.release();
      const isHit = held !== null && typeof held !== 'string' && held.text !== resource.absentText;
      return isHit ? this.#counted('hit', held) : undefined;
    } catch (error) {
      if (error instanceof TransientError) {
        // Who reads after this waits for Redis once more: not everybody shall wait twice.
        this.#findAgainAtMs = performance.now() + findRestMs;
        return undefined;
      }
      throw error;
    }
  }

  #copyOf(code: string): ReadResult | undefined {
    const nowMs = performance.now();
    const isTrusted = nowMs < this.#options.trust.trustedUntilMs;
    return isTrusted ? this.#looks.find(code, nowMs) : undefined;
  }

  async #lookUp(code: string): Promise<Lookup> {
    const waitUntilMs = performance.now() + this.#options.leaseWaitMs;
    try {
      for (;;) {
        const { held: seen, watch } = await this.#looks.look(code);
        try {
          const lookup = await this.#judge(code, seen);
          if (lookup !== null) {
            return lookup;
          }
          if (performance.now() >= waitUntilMs) {
            return { kind: 'unleased', status: cacheStatus.leaseWait };
          }
          await (watch === null ? pause(pollMs()) : watch.changed(pollMs()));
        } finally {
          watch?.release();
        }
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

  /** Null: somebody else loads, in another process. */
  async #judge(code: string, seen: Held): Promise<Lookup | null> {
    const lease = newLease();
    const held = seen ?? (await this.#takeLease(code, lease));
    if (held === null) {
      return { kind: 'leased', load: this.#startLeasedLoad(code, lease) };
    }
    if (typeof held !== 'string') {
      return { kind: 'hit', result: held };
    }
    const load = this.#leasedLoads.get(held);
    return load === undefined ? null : { kind: 'joined', load };
  }

  async #takeLease(code: string, lease: string): Promise<Held> {
    this.#assertTrusted();
    const { resource, store } = this.#options;
    const key = entryKey(resource, code);
    return this.#looks.toHeld(key, await store.takeLease(key, lease));
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
    const status = stored ? cacheStatus.stored : cacheStatus.notStored;
    return { own: loaded(text, status), joined: loaded(text, cacheStatus.joined) };
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
      return this.#counted('bypass', loaded(text, cacheStatus.bypass(reason)));
    } catch (error) {
      const text = error instanceof TransientError ? await this.#lookForStale(code) : null;
      if (text === null) {
        throw error;
      }
      const { stale: status } = cacheStatus;
      return this.#counted('stale', new ReadResult({ source: 'cache', text, status, stale: true }));
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

  #counted(outcome: string, result: ReadResult): ReadResult {
    const { metrics, resource } = this.#options;
    metrics.reads.inc({ resource: resource.name, outcome });
    return result;
  }
}

function loaded(text: string, status: string): ReadResult {
  return new ReadResult({ source: 'database', text, status });
}

/** How long to wait for the load of another process before looking again, untold. */
function pollMs(): number {
  return 10 + Math.random() * 40;
}

/** Up to a tenth shorter, never longer: entries filled together must not expire together. */
function jitteredMs(seconds: number): number {
  return Math.ceil(seconds * 1000 * (1 - Math.random() / 10));
}
