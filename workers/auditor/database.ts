// The auditor's Postgres: the loads, the clock and the state, one pool. Whatever it has against a
// statement is no verdict on an entry, so every failure is one that passes; a table may just be
// being exchanged.

import type { PostgresPool, Query, Row } from '../../platform/clients/postgres.ts';
import { describeError, TransientError } from '../../platform/errors.ts';

export class AuditDatabase {
  readonly #pool: Pick<PostgresPool, 'query' | 'renew' | 'end'>;
  #failure: string | null = 'not asked yet';

  constructor(pool: Pick<PostgresPool, 'query' | 'renew' | 'end'>) {
    this.#pool = pool;
  }

  /** Of the last statement; null when it went well. */
  get failure(): string | null {
    return this.#failure;
  }

  /** @throws TransientError whatever went wrong. */
  async query(query: Query): Promise<Row[]> {
    try {
      const rows = await this.#pool.query(query);
      this.#failure = null;
      return rows;
    } catch (error) {
      this.#failure = describeError(error);
      throw error instanceof TransientError
        ? error
        : new TransientError('audit_query_failed', `Postgres: ${this.#failure}`, { cause: error });
    }
  }

  /** The clock, in ms since the epoch, rounded up. */
  async readMs(): Promise<number> {
    const [row] = await this.query({
      name: 'database_clock',
      text: 'select ceil(extract(epoch from clock_timestamp()) * 1000)::bigint::text as now_ms',
    });
    return Number(row?.now_ms);
  }

  renew(): void {
    this.#pool.renew();
  }

  async end(): Promise<void> {
    await this.#pool.end();
  }
}
