// How many writes one admin may make in a minute, counted in Redis for all API processes together.
// While Redis is away each process counts by itself: the limit is looser then, never gone.

import type { RequestHandler } from 'express';
import {
  type ClientRateLimitInfo,
  MemoryStore,
  type Options,
  rateLimit,
  type Store,
} from 'express-rate-limit';
import { RedisStore } from 'rate-limit-redis';
import type { RedisConnection } from '../../platform/clients/redis.ts';
import { TransientError } from '../../platform/errors.ts';
import { Problem } from '../problem.ts';
import { subjectOf } from './admin-access.ts';

export interface WriteLimitOptions {
  /** 0: no limit. */
  writesPerMinute: number;
  /** Absent: every process counts by itself. */
  redis: RedisConnection | undefined;
}

const windowMs = 60_000;

export function createWriteLimit({ writesPerMinute, redis }: WriteLimitOptions): RequestHandler {
  if (writesPerMinute === 0) {
    return (_request, _response, next) => next();
  }
  return rateLimit({
    windowMs,
    limit: writesPerMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'writes',
    keyGenerator: (_request, response) => subjectOf(response),
    store: redis === undefined ? new MemoryStore() : new SharedStore(redis),
    validate: false,
    handler: (_request, response, next) => {
      const seconds = String(response.getHeader('retry-after') ?? windowMs / 1000);
      const detail = `More than ${writesPerMinute} writes in a minute; go on in ${seconds} s.`;
      next(new Problem(429, detail, { 'retry-after': seconds }));
    },
  });
}

class SharedStore implements Store {
  readonly localKeys = false;
  readonly #redis: RedisConnection;
  readonly #local = new MemoryStore();
  #shared: RedisStore | undefined;
  #options: Options | undefined;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  init(options: Options): void {
    this.#options = options;
    this.#local.init(options);
  }

  async increment(key: string): Promise<ClientRateLimitInfo> {
    const local = await this.#local.increment(key);
    try {
      return await (await this.#connected()).increment(key);
    } catch (error) {
      if (error instanceof TransientError) {
        // The store would keep a script that failed to load for ever.
        this.#shared = undefined;
        return local;
      }
      throw error;
    }
  }

  async decrement(key: string): Promise<void> {
    await this.#local.decrement(key);
  }

  async resetKey(key: string): Promise<void> {
    await this.#local.resetKey(key);
  }

  /** Its first step, loading a script, is tried again by each write until it succeeds. */
  async #connected(): Promise<RedisStore> {
    if (this.#shared === undefined && this.#options !== undefined) {
      const store = new RedisStore({ prefix: 'write_limit_', sendCommand: this.#send });
      await store.init(this.#options);
      this.#shared = store;
    }
    if (this.#shared === undefined) {
      throw new TransientError('write_limit_unready', 'the limit has not been set up');
    }
    return this.#shared;
  }

  /** The store knows a lost script by the server's own words. */
  readonly #send = async (...command: string[]): Promise<number | (number | false)[]> => {
    try {
      return await this.#redis.command(...command);
    } catch (error) {
      const { cause } = error as TransientError;
      throw cause instanceof Error && cause.message.startsWith('NOSCRIPT') ? cause : error;
    }
  };
}
