// Looks at one entry: cache, database; and where they differ cache and database once more, so that
// the entry lies between two readings of the database. It changes nothing.

import type { Loaded } from '../../cache/guarded-load.ts';
import { isLease } from '../../cache/lease.ts';
import { type Positions, readPositions } from '../../cache/position.ts';
import type { TrustedResource } from '../../cache/trust.ts';
import type { CachedResource } from '../../contract/resources.ts';
import type { RedisConnection } from '../../platform/clients/redis.ts';
import { type Subject, subjectKey } from './subject.ts';
import type { EntryState, Look } from './verdict.ts';

export interface ObserverOptions {
  redis: Pick<RedisConnection, 'command'>;
  /** The very statement that fills the entry. */
  load: (subject: Subject) => Promise<Loaded>;
  /** The database's clock, in ms since the epoch, rounded up. */
  readDatabaseMs: () => Promise<number>;
  trustOf: (resource: CachedResource) => Pick<TrustedResource, 'bypass' | 'trustedSinceMs'>;
  /** The incarnation that the database last reported. */
  incarnation: () => string | null;
}

/** Both of one moment: another fill could come in between. */
const entryScript = `
local key = KEYS[1]
return { redis.call('get', key), redis.call('pexpiretime', key), redis.call('pttl', key) }
`;

/** Every method throws TransientError when a server is away. */
export class Observer {
  readonly #options: ObserverOptions;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  async look(subject: Subject): Promise<Look> {
    const { load, trustOf, incarnation } = this.#options;
    const startedMs = performance.now();
    const trust = trustOf(subject.resource);
    const finish = (entry: EntryState, database: readonly Loaded[]): Look => ({
      startedMs,
      trustedSinceMs: trust.bypass === null ? trust.trustedSinceMs : Number.POSITIVE_INFINITY,
      entry,
      database,
      incarnation: incarnation(),
    });
    if (trust.bypass !== null) {
      return finish({ kind: 'absent' }, []);
    }
    const seen = await this.#readEntry(subject);
    if (seen.kind !== 'value') {
      return finish(seen, []);
    }
    const before = await load(subject);
    if (before.text === seen.text) {
      return finish(seen, [before]);
    }
    const entry = await this.#readEntry(subject);
    return finish(entry, [before, await load(subject)]);
  }

  async readDatabaseMs(): Promise<number> {
    return await this.#options.readDatabaseMs();
  }

  async readPositions(): Promise<Positions> {
    return await readPositions((...parts) => this.#options.redis.command(...parts));
  }

  async #readEntry(subject: Subject): Promise<EntryState> {
    const key = subjectKey(subject);
    const [text, expiresAtMs, expiresInMs] = await this.#options.redis.command<
      [string | null, number, number]
    >('EVAL_RO', entryScript, '1', key);
    if (text === null) {
      return { kind: 'absent' };
    }
    return isLease(text) ? { kind: 'lease' } : { kind: 'value', text, expiresAtMs, expiresInMs };
  }
}
