// What the database says of itself every few seconds: its clock, which stamps the heartbeats, and
// its incarnation. On a connection of its own, so that a busy load pool does not age the answer.

import type { PostgresPool } from '../platform/clients/postgres.ts';
import type { DatabaseState } from './freshness.ts';

export type StatePool = Pick<PostgresPool, 'query' | 'renew'>;

/** A reply that took longer would over-estimate every age by as much. */
const replyMaxMs = 500;

export class DatabaseStateReader {
  readonly #pool: StatePool;
  #latest: DatabaseState | null = null;

  constructor(pool: StatePool) {
    this.#pool = pool;
  }

  /** As last told; null before the first reply. */
  get latest(): DatabaseState | null {
    return this.#latest;
  }

  /** @throws TransientError when Postgres does not answer, or too slowly to be of use. */
  async read(): Promise<void> {
    // Measured from the sending: an age can only be over-estimated.
    const sentMs = performance.now();
    const [row] = await this.#pool.query({
      name: 'database_state',
      text: `
        select extract(epoch from clock_timestamp()) * 1000 as now_ms,
               (select id from cache.current_incarnation) as incarnation`,
    });
    if (performance.now() - sentMs > replyMaxMs) {
      return;
    }
    const incarnation = row?.incarnation;
    this.#latest = {
      clockOffsetMs: Number(row?.now_ms) - sentMs,
      incarnation: typeof incarnation === 'string' ? incarnation : null,
    };
  }

  /** The next read connects anew: the server at the other end may no longer be the primary. */
  reconnect(): void {
    this.#pool.renew();
  }
}
