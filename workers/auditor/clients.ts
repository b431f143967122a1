// The auditor's connections: one to Redis, which also carries the polls that say whether entries
// are used, and two to Postgres, so that a long load does not age what the database says of itself.

import { DatabaseStateReader } from '../../cache/database-state.ts';
import { PostgresPool } from '../../platform/clients/postgres.ts';
import { RedisConnection } from '../../platform/clients/redis.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Component } from '../../platform/run-process.ts';
import { AuditDatabase } from './database.ts';
import type { AuditorSettings } from './settings.ts';

export interface Clients {
  readonly database: AuditDatabase;
  readonly databaseState: DatabaseStateReader;
  readonly redis: RedisConnection;
  readonly component: Component;
}

export function createClients(options: { settings: AuditorSettings; logger: Logger }): Clients {
  const { settings, logger } = options;
  const pool = new PostgresPool({
    url: settings.databaseUrl,
    applicationName: 'cinesync-auditor',
    connectionsMax: 2,
    queryTimeoutMs: 3000,
    statementTimeoutMs: 2500,
    logger,
  });
  const database = new AuditDatabase(pool);
  const redis = new RedisConnection({
    url: settings.redisUrl,
    name: 'cinesync-auditor',
    deadlineMs: 1000,
    logger,
  });
  return {
    database,
    databaseState: new DatabaseStateReader(database),
    redis,
    component: {
      name: 'clients',
      start: async () => redis.start(),
      stop: async () => {
        redis.stop();
        await database.end();
      },
    },
  };
}
