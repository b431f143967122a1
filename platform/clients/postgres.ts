// Postgres: the only user of the pg driver. A pool for short statements, a session where locks and
// settings must live on one connection. A connection that fails is destroyed, never trusted again.

import pg from 'pg';
import { describeError, TransientError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Secret } from '../secret.ts';

export interface PostgresOptions {
  url: Secret;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Absent: 3 s. */
  connectTimeoutMs?: number;
  /** Client side: a socket that went silent is given up after this. */
  queryTimeoutMs: number;
  /** Server side, and below the client's, so that the server's own answer is seen. */
  statementTimeoutMs: number;
  /** Of every session, by the names that `set` knows. */
  sessionSettings?: Readonly<Record<string, string>>;
}

export interface Query {
  text: string;
  values?: unknown[];
  /** Names a prepared statement: parsed once per connection. */
  name?: string;
}

export type Row = Record<string, unknown>;

export interface Transaction {
  query(query: Query): Promise<Row[]>;
}

function clientConfig(options: PostgresOptions): pg.ClientConfig {
  const settings = Object.entries(options.sessionSettings ?? {});
  return {
    connectionString: options.url.reveal(),
    ...(settings.length > 0 && {
      options: settings.map(([name, value]) => `-c ${name}=${value}`).join(' '),
    }),
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 3000,
    query_timeout: options.queryTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5000,
    // A process that hangs in the middle of a transaction must not keep its locks.
    idle_in_transaction_session_timeout: 10_000,
  };
}

export interface PoolOptions extends PostgresOptions {
  connectionsMax: number;
  logger: Logger;
}

interface Connections {
  pool: pg.Pool;
  /** Under way, or waiting for a connection. */
  queries: number;
  replaced: boolean;
}

/** @throws TransientError when the server can not be reached; the driver's error otherwise. */
export class PostgresPool {
  readonly #options: PoolOptions;
  #current: Connections;
  #renewedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#current = { pool: createPool(options), queries: 0, replaced: false };
  }

  async query(query: Query): Promise<Row[]> {
    return await this.#use(async (pool) => {
      try {
        return (await pool.query<Row>(query)).rows;
      } catch (error) {
        throw this.#understand(error);
      }
    });
  }

  /**
   * Commits all that `work` did, or nothing of it when `work` throws. It is called again when
   * Postgres ended the transaction to let another one pass.
   */
  async transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#use((pool) => this.#tryTransaction(pool, work));
      } catch (error) {
        const isVictim = error instanceof TransientError && isVictimOfOthers(error.cause);
        if (!isVictim || attempt === transactionAttemptsMax) {
          throw error;
        }
      }
    }
  }

  async #tryTransaction<Result>(
    pool: pg.Pool,
    work: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    const client = await pool.connect().catch((error: unknown) => {
      throw this.#understand(error);
    });
    const query = async (asked: Query): Promise<Row[]> => {
      try {
        return (await client.query<Row>(asked)).rows;
      } catch (error) {
        throw this.#understand(error);
      }
    };
    try {
      await query({ text: 'begin' });
      const result = await work({ query });
      await query({ text: 'commit' });
      client.release();
      return result;
    } catch (error) {
      // Without its connection a transaction ends by itself.
      const rolledBack =
        !(error instanceof TransientError) &&
        (await query({ text: 'rollback' }).then(
          () => true,
          () => false,
        ));
      client.release(!rolledBack);
      throw error;
    }
  }

  async #use<Result>(work: (pool: pg.Pool) => Promise<Result>): Promise<Result> {
    const connections = this.#current;
    connections.queries += 1;
    try {
      return await work(connections.pool);
    } finally {
      connections.queries -= 1;
      this.#endUnused(connections);
    }
  }

  #understand(error: unknown): Error {
    if (notOnThisConnection.includes(sqlStateOf(error) ?? '')) {
      this.renew();
    }
    return asTransient(error);
  }

  /**
   * From now on queries go over new connections: the server at the end of the old ones may not be
   * the primary any more. Those are closed as soon as nobody uses them. At most once a second.
   */
  renew(): void {
    if (performance.now() - this.#renewedAtMs < renewIntervalMs) {
      return;
    }
    this.#renewedAtMs = performance.now();
    const old = this.#current;
    old.replaced = true;
    this.#current = { pool: createPool(this.#options), queries: 0, replaced: false };
    const { logger, applicationName } = this.#options;
    logger.info({ event: 'postgres.renewed', applicationName }, 'connecting to Postgres anew');
    this.#endUnused(old);
  }

  async end(): Promise<void> {
    await this.#current.pool.end();
  }

  /** Not sooner: a pool that ends forgets the queries that still wait for a connection. */
  #endUnused({ pool, queries, replaced }: Connections): void {
    if (replaced && queries === 0) {
      pool.end().catch((error: unknown) => {
        this.#options.logger.warn({ event: 'postgres.end_failed' }, describeError(error));
      });
    }
  }
}

const renewIntervalMs = 1000;
const transactionAttemptsMax = 3;

function createPool(options: PoolOptions): pg.Pool {
  const { connectionsMax: max, logger } = options;
  const pool = new pg.Pool({ ...clientConfig(options), max, idleTimeoutMillis: 30_000 });
  pool.on('error', (error) => {
    const message = `an idle Postgres connection was lost: ${describeError(error)}`;
    logger.warn({ event: 'postgres.connection_lost' }, message);
  });
  return pool;
}

/** One connection. Once it failed every further query rejects; open a new one. */
export class PostgresSession {
  readonly #client: pg.Client;
  readonly #broken: Promise<never>;

  private constructor(client: pg.Client) {
    this.#client = client;
    this.#broken = new Promise((_, reject) => {
      client.on('error', (error) => reject(asTransient(error)));
      client.on('end', () => reject(new TransientError('postgres_ended', 'the server hung up')));
    });
    this.#broken.catch(() => undefined);
  }

  /** @throws TransientError when the server can not be reached. */
  static async open(options: PostgresOptions): Promise<PostgresSession> {
    const session = new PostgresSession(new pg.Client(clientConfig(options)));
    try {
      await Promise.race([session.#client.connect(), session.#broken]);
    } catch (error) {
      session.destroy();
      throw asTransient(error);
    }
    return session;
  }

  async query(query: Query): Promise<Row[]> {
    return (await this.#run(query)).rows;
  }

  /** How many rows were inserted, changed or deleted. */
  async execute(query: Query): Promise<number> {
    return (await this.#run(query)).rowCount ?? 0;
  }

  /** Any failure but an error the server itself reported leaves the session unusable. */
  async #run(query: Query): Promise<pg.QueryResult<Row>> {
    try {
      return await Promise.race([this.#client.query<Row>(query), this.#broken]);
    } catch (error) {
      // The driver would go on to answer, late, what nobody waits for any more.
      if (!(error instanceof pg.DatabaseError)) {
        this.destroy();
      }
      throw asTransient(error);
    }
  }

  /** At once, without a farewell that a silent server would never answer; frees every lock. */
  destroy(): void {
    // pg has no public way to drop a socket; its stream is what `end` would wait for.
    const { connection } = this.#client as unknown as {
      connection: { stream: { destroy(): void } };
    };
    connection.stream.destroy();
  }
}

/** Connection failures, refused logins during start-up and shutdown all heal by themselves. */
function asTransient(error: unknown): Error {
  if (error instanceof TransientError || isFinalReply(error)) {
    return error;
  }
  const message = `Postgres: ${describeError(error)}`;
  return new TransientError('postgres_unreachable', message, { cause: error });
}

/** A deadlock, or a transaction that can not be put in an order with others. */
const victimSqlStates = ['40P01', '40001'];

/** Shutting down, starting up, too many connections, timed out: "not now" rather than "no". */
const passingSqlStates = ['57P01', '57P02', '57P03', '57P05', '53300', '57014', '55P03'].concat(
  victimSqlStates,
);

/**
 * A standby neither reads unlogged tables nor writes, and a prepared statement can not change its
 * types. The same query over another connection may well succeed.
 */
const notOnThisConnection = ['0A000', '25006'];

function isFinalReply(error: unknown): error is pg.DatabaseError {
  const sqlState = sqlStateOf(error);
  return (
    sqlState !== undefined && ![...passingSqlStates, ...notOnThisConnection].includes(sqlState)
  );
}

function isVictimOfOthers(error: unknown): boolean {
  return victimSqlStates.includes(sqlStateOf(error) ?? '');
}

/** The name of the constraint that a statement would have broken. */
export function violatedConstraint(error: unknown): string | undefined {
  return sqlStateOf(error)?.startsWith('23') === true
    ? (error as pg.DatabaseError).constraint
    : undefined;
}

function sqlStateOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? (error.code ?? '') : undefined;
}
