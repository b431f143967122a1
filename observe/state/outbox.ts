// How many changes wait to be published, and for how long the oldest has.

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

export async function readOutbox(database: Pick<PostgresPool, 'query'>): Promise<OutboxState> {
  const [row] = await database.query({
    name: 'observe_outbox',
    text: `
      select count(*)::integer as rows,
             extract(epoch from clock_timestamp() - min(at))::float8 as oldest_s
        from (select at from cache.outbox order by xid, id limit ${rowsCountedMax + 1}) as waiting`,
  });
  const rows = Number(row?.rows);
  const oldest = row?.oldest_s;
  return {
    rows: Math.min(rows, rowsCountedMax),
    rows_capped: rows > rowsCountedMax,
    oldest_s: typeof oldest === 'number' ? Math.max(0, oldest) : null,
  };
}
