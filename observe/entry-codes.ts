// Which codes a resource has, read page by page from the smallest of the tables that are watched
// for it: in the order of its column, so that the next page goes on after the last one's end.

import { z } from 'zod';
import type { CachedResource } from '../contract/resources.ts';
import { CineSyncError } from '../platform/errors.ts';
import type { PostgresPool } from '../platform/clients/postgres.ts';

export interface CodePages {
  readonly total: number;
  /** The codes after this one, from the beginning when it is null; empty at the end. */
  after(code: string | null): Promise<string[]>;
}

const pageSize = 500;

const source = z.object({ table: z.string(), column: z.string(), type: z.string() });

export async function pageCodes(
  database: Pick<PostgresPool, 'query'>,
  resource: CachedResource,
): Promise<CodePages> {
  const [row] = await database.query({
    text: `
      select rule.name as table, quote_ident(rule.columns[1]) as column,
             format_type(atttypid, atttypmod) as type
        from cache.rule
        join pg_class on pg_class.oid = rule.rel
        join pg_attribute on attrelid = rule.rel and attname = rule.columns[1]
       where rule.resource = $1 and rule.live and cardinality(rule.columns) = 1
       order by reltuples limit 1`,
    values: [resource.name],
  });
  if (row === undefined) {
    throw new CineSyncError(
      'codes_unknown',
      `no table with one code column is watched for ${resource.name}: name the codes instead`,
    );
  }
  const { table, column, type } = source.parse(row);
  const [count] = await database.query({
    text: `select count(distinct ${column})::integer as total from ${table}`,
  });
  return {
    total: Number(count?.total),
    after: async (code) => {
      const rows = await database.query({
        text: `
          select distinct ${column} as value, ${column}::text as code from ${table}
           where ${column} is not null and ($1::text is null or ${column} > $1::text::${type})
           order by value limit ${pageSize}`,
        values: [code],
      });
      return rows.map((found) => String(found.code));
    },
  };
}
