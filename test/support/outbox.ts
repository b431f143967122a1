// What capture wrote, for the tests of the SQL: each outbox row as a line like "k city BGR,ROU".

import type { Database } from './database.ts';

/** Takes the rows away, oldest first. */
export async function takeChanges(database: Database, resource?: string): Promise<string[]> {
  const rows = await database.query<{ change: string }>(
    `with taken as (
       delete from cache.outbox where $1::text is null or resource = $1
       returning id, op, resource, codes)
     select concat_ws(' ', op::text, resource,
              (select string_agg(code, ',' order by code) from unnest(codes) as code)) as change
       from taken order by id`,
    [resource ?? null],
  );
  return rows.map(({ change }) => change);
}

/** What one or more statements, in one session, make capture write. */
export async function changesBy(
  database: Database,
  sql: string,
  resource?: string,
): Promise<string[]> {
  await takeChanges(database, resource);
  await database.query(sql);
  return await takeChanges(database, resource);
}
