// The Redis side of an entry: look, take the lease, fill under it. Every fill has a time to live;
// nothing is ever stored without the lease that was taken before its row was read.

import type { RedisConnection } from '../platform/clients/redis.ts';

/** Stores the value only while the lease is still the one that was taken. */
const fillScript = `
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[2], 'px', ARGV[3])
return 1
`;

export interface EntryStoreOptions {
  redis: RedisConnection;
  /** How long a loader may take before its right to fill lapses. */
  leaseMs: number;
}

/** Every method throws TransientError when Redis is away or slow. */
export class EntryStore {
  readonly #redis: RedisConnection;
  readonly #leaseMs: string;

  constructor(options: EntryStoreOptions) {
    this.#redis = options.redis;
    this.#leaseMs = String(options.leaseMs);
  }

  /** The value, the lease of whoever loads it, or null. */
  async look(key: string): Promise<string | null> {
    return await this.#redis.command<string | null>('GET', key);
  }

  /** Null: the lease is ours. Otherwise what was there: a value, or somebody else's lease. */
  async takeLease(key: string, lease: string): Promise<string | null> {
    return await this.#redis.command<string | null>(
      'SET',
      key,
      lease,
      'NX',
      'GET',
      'PX',
      this.#leaseMs,
    );
  }

  /** False: the lease was voided meanwhile, and nothing was stored. */
  async fill(key: string, lease: string, text: string, ttlMs: number): Promise<boolean> {
    const reply = await this.#redis.command<number>(
      'EVAL',
      fillScript,
      '1',
      key,
      lease,
      text,
      String(ttlMs),
    );
    return reply === 1;
  }
}
