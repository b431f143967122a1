// What a reader gets: the text, and how it came about, in the words of RFC 9211 (Cache-Status).

import { FinishedAnswer } from './finished-answer.ts';

export interface ReadOutcome {
  source: 'cache' | 'database';
  /** JSON text. */
  text: string;
  /** The value of the Cache-Status header. */
  status: string;
  /** Older than the bound, and said to be: Postgres can not be reached. */
  stale?: boolean;
  /** It lies in memory and answers many requests: worth compressing. */
  kept?: boolean;
}

export class ReadResult {
  readonly source: 'cache' | 'database';
  readonly text: string;
  readonly status: string;
  readonly stale: boolean;
  readonly kept: boolean;
  #answer: FinishedAnswer | undefined;

  constructor({ source, text, status, stale = false, kept = false }: ReadOutcome) {
    this.source = source;
    this.text = text;
    this.status = status;
    this.stale = stale;
    this.kept = kept;
  }

  /** Made once, however many requests share the result. */
  get answer(): FinishedAnswer {
    this.#answer ??= new FinishedAnswer(this.source, this.text);
    return this.#answer;
  }
}

/** How a route reads a resource, with the cache or without. */
export interface Reader {
  /** The code must be canonical. */
  read(code: string): Promise<ReadResult>;
  /** What lies in memory and may be used; any text may be asked for. Counted as a read. */
  peek(code: string): ReadResult | undefined;
  /**
   * The same of what lies in Redis; never loads, and neither counts nor throws anything else.
   * Absent where entries are kept in memory: what is not there is seldom in Redis.
   */
  readonly find?: ((code: string) => Promise<ReadResult | undefined>) | undefined;
}

const cacheName = 'CineSync';

export const cacheStatus = {
  hit: `${cacheName}; hit`,
  memory: `${cacheName}; hit; detail=memory`,
  stored: `${cacheName}; fwd=miss; stored`,
  notStored: `${cacheName}; fwd=miss`,
  joined: `${cacheName}; fwd=miss; collapsed`,
  leaseWait: `${cacheName}; fwd=miss; detail=lease-wait`,
  stale: `${cacheName}; hit; detail=stale-if-error`,
  bypass: (reason: string) => `${cacheName}; fwd=bypass; detail=${reason}`,
} as const;
