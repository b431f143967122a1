// What Redis tells this process of changed keys: it remembers the keys that were read over a
// connection, and says over the same one that a key has changed, once (RESP3, CLIENT TRACKING).
// What is not told in order can not be relied on, so whatever breaks the order is told as null:
// anything may have changed.

import { isDeepStrictEqual } from 'node:util';
import type { RedisConnection } from '../platform/clients/redis.ts';
import type { Logger } from '../platform/logger.ts';
import { type Positions, positionKey } from './position.ts';
import { Watch } from './watch.ts';

export interface TrackingOptions {
  redis: Pick<RedisConnection, 'onBreak' | 'onInvalidated'>;
  logger: Logger;
}

interface Poll {
  toldBefore: number;
  positions: Positions;
}

export class Tracking {
  readonly #logger: Logger;
  readonly #listeners: ((key: string | null) => void)[] = [];
  readonly #watches = new Map<string, Set<Watch>>();
  #isProven = false;
  /** How often the positions were said to have changed. */
  #told = 0;
  #lastPoll: Poll | null = null;

  constructor(options: TrackingOptions) {
    this.#logger = options.logger.child({ component: 'tracking' });
    options.redis.onInvalidated((key) => {
      if (key === null) {
        // Says nothing of the positions, neither that they were watched nor that they changed.
        this.#lastPoll = null;
      }
      this.#told += key === positionKey ? 1 : 0;
      this.#tell(key);
    });
    options.redis.onBreak(() => this.#begin());
  }

  /** Whether changes have been seen to be told over this very connection. */
  get isProven(): boolean {
    return this.#isProven;
  }

  /** Null: anything may have changed. */
  onChange(listener: (key: string | null) => void): void {
    this.#listeners.push(listener);
  }

  /** To be held before the key is read: what is told from then on is noted. Release it. */
  watch(key: string): Watch {
    const watch = new Watch(() => this.#forget(key, watch));
    const watches = this.#watches.get(key);
    if (watches === undefined) {
      this.#watches.set(key, new Set([watch]));
    } else {
      watches.add(watch);
    }
    return watch;
  }

  /** Before each poll of the positions, for `polled`. */
  get told(): number {
    return this.#told;
  }

  /**
   * The positions are read like any key, and change with each heartbeat: a change that was not told
   * means that others are not told either, by a proxy in between or by a Redis that does otherwise.
   */
  polled(toldBefore: number, positions: Positions): void {
    const last = this.#lastPoll;
    this.#lastPoll = { toldBefore, positions };
    if (last === null || isDeepStrictEqual(last.positions, positions)) {
      return;
    }
    const wasTold = this.#told > last.toldBefore;
    if (wasTold && !this.#isProven) {
      this.#isProven = true;
      this.#logger.info({ event: 'tracking.proven' }, 'Redis tells what changes');
    } else if (!wasTold) {
      this.#doubt();
    }
  }

  #doubt(): void {
    if (this.#isProven) {
      const message = 'Redis has not told of a change: nothing is kept in memory';
      this.#logger.warn({ event: 'tracking.lost' }, message);
    }
    this.#isProven = false;
    this.#tell(null);
  }

  /** Redis remembers nothing of a connection that has ended, and knows nothing of the next. */
  #begin(): void {
    this.#isProven = false;
    this.#lastPoll = null;
    this.#tell(null);
  }

  #tell(key: string | null): void {
    for (const listener of this.#listeners) {
      listener(key);
    }
    const told = key === null ? [...this.#watches.values()] : [this.#watches.get(key) ?? []];
    for (const watch of told.flatMap((watches) => [...watches])) {
      watch.tell();
    }
  }

  #forget(key: string, watch: Watch): void {
    const watches = this.#watches.get(key);
    if (watches?.delete(watch) && watches.size === 0) {
      this.#watches.delete(key);
    }
  }
}
