// The connections to Postgres of one API process: a pool for each kind of work, so that none keeps
// another waiting.

import { PostgresPool } from '../platform/clients/postgres.ts';
import type { Logger } from '../platform/logger.ts';
import { BoundedDatabase } from './database.ts';
import { listSessionSettings } from './movies/list-session.ts';
import type { ApiSettings } from './settings.ts';

const loadConnectionsMax = 10;
const waitingLoadsMax = 200;
/** A load that would end after its lease must not go on. */
const leaseReserveMs = 500;
const listConnectionsMax = 5;
const waitingListsMax = 100;
const listTimeoutMs = 2500;
const writeConnectionsMax = 5;
const waitingWritesMax = 50;
const writeTimeoutMs = 5000;
const stateTimeoutMs = 500;
/** The server's own answer is seen before the client gives up. */
const answerReserveMs = 500;

export function createPools({ settings, logger }: { settings: ApiSettings; logger: Logger }) {
  const postgres = { url: settings.DATABASE_URL, logger };
  return {
    loads: new PostgresPool({
      ...postgres,
      applicationName: 'cinesync-api',
      connectionsMax: loadConnectionsMax,
      statementTimeoutMs: settings.LEASE_MS - leaseReserveMs,
      queryTimeoutMs: settings.LEASE_MS,
    }),
    lists: new PostgresPool({
      ...postgres,
      applicationName: 'cinesync-api-lists',
      connectionsMax: listConnectionsMax,
      statementTimeoutMs: listTimeoutMs,
      queryTimeoutMs: listTimeoutMs + answerReserveMs,
      sessionSettings: listSessionSettings,
    }),
    writes: new PostgresPool({
      ...postgres,
      applicationName: 'cinesync-api-writes',
      connectionsMax: writeConnectionsMax,
      statementTimeoutMs: writeTimeoutMs,
      queryTimeoutMs: writeTimeoutMs + answerReserveMs,
    }),
    state: new PostgresPool({
      ...postgres,
      applicationName: 'cinesync-api-state',
      connectionsMax: 1,
      statementTimeoutMs: stateTimeoutMs,
      queryTimeoutMs: stateTimeoutMs,
    }),
  };
}

/** Each with a limit on how many statements may wait. */
export function boundDatabases({ loads, lists, writes }: ReturnType<typeof createPools>) {
  return {
    database: new BoundedDatabase({
      pool: loads,
      statementsMax: loadConnectionsMax + waitingLoadsMax,
    }),
    listDatabase: new BoundedDatabase({
      pool: lists,
      statementsMax: listConnectionsMax + waitingListsMax,
    }),
    writeDatabase: new BoundedDatabase({
      pool: writes,
      statementsMax: writeConnectionsMax + waitingWritesMax,
    }),
  };
}
