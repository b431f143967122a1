// The Postgres pool of the routes, with a limit on how many statements may run or wait: beyond it a
// request is turned away at once instead of joining a queue that is already too long.

import type { PostgresPool, Query, Row } from '../platform/clients/postgres.ts';
import { TransientError } from '../platform/errors.ts';

export interface Database {
  /** @throws TransientError when Postgres is away, slow or asked too much. */
  query(query: Query): Promise<Row[]>;
}

export class BoundedDatabase implements Database {
  readonly #pool: Pick<PostgresPool, 'query'>;
  readonly #statementsMax: number;
  #statements = 0;

  constructor(options: { pool: Pick<PostgresPool, 'query'>; statementsMax: number }) {
    this.#pool = options.pool;
    this.#statementsMax = options.statementsMax;
  }

  async query(query: Query): Promise<Row[]> {
    if (this.#statements >= this.#statementsMax) {
      const message = `${this.#statements} statements run or wait already`;
      throw new TransientError('database_busy', message);
    }
    this.#statements += 1;
    try {
      return await this.#pool.query(query);
    } finally {
      this.#statements -= 1;
    }
  }
}
