// What a reader gets: the text, and how it came about, in the words of RFC 9211 (Cache-Status).

export interface ReadResult {
  source: 'cache' | 'database';
  /** JSON text, ready to be joined into an answer. */
  text: string;
  /** The value of the Cache-Status header. */
  status: string;
  /** Older than the bound, and said to be: Postgres can not be reached. */
  stale: boolean;
}

/** How a route reads a resource, with the cache or without. */
export interface Reader {
  /** The code must be canonical. */
  read(code: string): Promise<ReadResult>;
}

const cacheName = 'CineSync';

export const cacheStatus = {
  hit: `${cacheName}; hit`,
  stored: `${cacheName}; fwd=miss; stored`,
  notStored: `${cacheName}; fwd=miss`,
  joined: `${cacheName}; fwd=miss; collapsed`,
  leaseWait: `${cacheName}; fwd=miss; detail=lease-wait`,
  stale: `${cacheName}; hit; detail=stale-if-error`,
  bypass: (reason: string) => `${cacheName}; fwd=bypass; detail=${reason}`,
} as const;
