// Which tables are watched for what, and every way in which capture is not what it should be.

import { z } from 'zod';
import { cachedResources, sourceResources } from '../../contract/resources.ts';
import type { PostgresPool } from '../../platform/clients/postgres.ts';

export interface CaptureFinding {
  resource: string;
  table: string | null;
  problem: string;
}

export interface WatchedTable {
  table: string;
  resource: string;
  columns: string[];
  channel: string;
  mode: string;
  live: boolean;
}

const finding = z.object({
  resource: z.string(),
  table: z.string().nullable(),
  problem: z.string(),
});

const watched = z.object({
  table: z.string(),
  resource: z.string(),
  columns: z.array(z.string()),
  channel: z.string(),
  mode: z.string(),
  live: z.boolean(),
});

type Database = Pick<PostgresPool, 'query'>;

/** Empty is healthy. */
export async function readCaptureFindings(database: Database): Promise<CaptureFinding[]> {
  const resources = [...cachedResources, ...sourceResources].map(({ name }) => name);
  const rows = await database.query({
    name: 'observe_audit',
    text: 'select resource, rel as table, problem from cache.audit($1)',
    values: [resources],
  });
  return rows.map((row) => finding.parse(row));
}

export async function readWatchedTables(database: Database): Promise<WatchedTable[]> {
  const rows = await database.query({
    name: 'observe_rules',
    text: `
      select name as table, resource, columns::text[] as columns, channel, mode, live
        from cache.rule order by resource, name`,
  });
  return rows.map((row) => watched.parse(row));
}
