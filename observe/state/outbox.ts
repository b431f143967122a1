// How many changes and how many events wait to be published, and for how long the oldest has.

import type { PostgresPool } from '../../platform/clients/postgres.ts';

/** With the names of JSON: /health, `status --json` and whoever draws a picture of it. */
export interface OutboxState {
  rows: number;
  /** There are more rows than were counted. */
  rows_capped: boolean;
  oldest_s: number | null;
}

/** Counting millions would hurt where it hurts already. */
const rowsCountedMax = 10_000;

type Database = Pick<PostgresPool, 'query'>;

export async function readOutbox(database: Database): Promise<OutboxState> {
  return await readWaiting(database, 'select at from cache.outbox order by xid, id');
}

/** The events of the catalog, which have an outbox of their own. */
export async function readEventOutbox(database: Database): Promise<OutboxState> {
  return await readWaiting(database, 'select created_at as at from catalog.outbox order by number');
}

async function readWaiting(database: Database, rowsInOrder: string): Promise<OutboxState> {
  const [row] = await database.query({
    text: `
      select count(*)::integer as rows,
             extract(epoch from clock_timestamp() - min(at))::float8 as oldest_s
        from (${rowsInOrder} limit ${rowsCountedMax + 1}) as waiting`,
  });
  const rows = Number(row?.rows);
  const oldest = row?.oldest_s;
  return {
    rows: Math.min(rows, rowsCountedMax),
    rows_capped: rows > rowsCountedMax,
    oldest_s: typeof oldest === 'number' ? Math.max(0, oldest) : null,
  };
}
