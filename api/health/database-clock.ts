// The clock of the database, which stamps the heartbeats. Read over a connection of its own, so
// that a busy load pool delays neither it nor the health check that it doubles as.

import type { PostgresPool } from '../../platform/clients/postgres.ts';

export class DatabaseClock {
  readonly #pool: Pick<PostgresPool, 'query'>;
  /** The database's clock minus our monotonic one; null before the first reply. */
  #offsetMs: number | null = null;

  constructor(pool: Pick<PostgresPool, 'query'>) {
    this.#pool = pool;
  }

  async read(): Promise<void> {
    // Measured from the sending, so that an age can only be over-estimated.
    const sentMs = performance.now();
    const [row] = await this.#pool.query({
      name: 'clock',
      text: 'select extract(epoch from clock_timestamp()) * 1000 as now_ms',
    });
    this.#offsetMs = Number(row?.now_ms) - sentMs;
  }

  /** Null until the database has answered once. */
  nowMs(): number | null {
    return this.#offsetMs === null ? null : this.#offsetMs + performance.now();
  }
}
