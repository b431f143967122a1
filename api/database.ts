// The Postgres pool of the routes, with a limit on how many statements may run or wait: beyond it a
// request is turned away at once instead of joining a queue that is already too long.

import type { PostgresPool, Query, Row, Transaction } from '../platform/clients/postgres.ts';
import { TransientError } from '../platform/errors.ts';

export interface Database {
  /** @throws TransientError when Postgres is away, slow or asked too much. */
  query(query: Query): Promise<Row[]>;
}

export interface WriteDatabase {
  /**
   * Everything that `work` does, or nothing.
   * @throws TransientError when Postgres is away, slow or asked too much.
   */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result>;
}

export class BoundedDatabase implements Database, WriteDatabase {
  readonly #pool: Pool;
  readonly #statementsMax: number;
  #statements = 0;

  constructor(options: { pool: Pool; statementsMax: number }) {
    this.#pool = options.pool;
    this.#statementsMax = options.statementsMax;
  }

  async query(query: Query): Promise<Row[]> {
    return await this.#admit(() => this.#pool.query(query));
  }

  async transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return await this.#admit(() => this.#pool.transaction(work));
  }

  async #admit<Result>(run: () => Promise<Result>): Promise<Result> {
    if (this.#statements >= this.#statementsMax) {
      const message = `${this.#statements} statements run or wait already`;
      throw new TransientError('database_busy', message);
    }
    this.#statements += 1;
    try {
      return await run();
    } finally {
      this.#statements -= 1;
    }
  }
}

type Pool = Pick<PostgresPool, 'query' | 'transaction'>;
