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
  /** Client side: a socket that went silent is given up after this. */
  queryTimeoutMs: number;
  /** Server side, and below the client's, so that the server's own answer is seen. */
  statementTimeoutMs: number;
}

export interface Query {
  text: string;
  values?: unknown[];
  /** Names a prepared statement: parsed once per connection. */
  name?: string;
}

export type Row = Record<string, unknown>;

function clientConfig(options: PostgresOptions): pg.ClientConfig {
  return {
    connectionString: options.url.reveal(),
    application_name: options.applicationName,
    connectionTimeoutMillis: 3000,
    query_timeout: options.queryTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5000,
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
    const connections = this.#current;
    connections.queries += 1;
    try {
      return (await connections.pool.query<Row>(query)).rows;
    } catch (error) {
      if (sqlStateOf(error) === notOnThisConnection) {
        this.renew();
      }
      throw asTransient(error);
    } finally {
      connections.queries -= 1;
      this.#endUnused(connections);
    }
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

  /** Any failure but an error the server itself reported leaves the session unusable. */
  async query(query: Query): Promise<Row[]> {
    try {
      const result = await Promise.race([this.#client.query<Row>(query), this.#broken]);
      return result.rows;
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

/** Shutting down, starting up, too many connections, timed out: "not now" rather than "no". */
const passingSqlStates = ['57P01', '57P02', '57P03', '57P05', '53300', '57014', '55P03'];

/**
 * A standby does not read unlogged tables, and a prepared statement can not change its types. The
 * same query over another connection may well succeed.
 */
const notOnThisConnection = '0A000';

function isFinalReply(error: unknown): error is pg.DatabaseError {
  const sqlState = sqlStateOf(error);
  return sqlState !== undefined && ![...passingSqlStates, notOnThisConnection].includes(sqlState);
}

function sqlStateOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? (error.code ?? '') : undefined;
}
