// Between two turns: what the last one wrote has gone through the whole pipeline, so that it takes
// nothing from the next. Seen by a key that goes after a change made now.

import type { Database } from '../../test/support/database.ts';
import { eventually } from '../../test/support/eventually.ts';
import type { RedisDatabase } from '../../test/support/redis.ts';

export interface Settling {
  readonly database: Database;
  readonly redis: RedisDatabase;
}

export async function settle({ database, redis }: Settling): Promise<void> {
  const [row] = await database.query<{ id: number; code: string }>(
    'select id, countrycode as code from city order by id limit 1',
  );
  const key = `cities_${row?.code}`;
  await redis.command('SET', key, '[]');
  await database.query('update city set population = population + 1 where id = $1', [row?.id]);
  await eventually(async () => (await redis.command('EXISTS', key)) === 0 || undefined, {
    what: 'the pipeline to have caught up',
    timeoutMs: 60_000,
  });
}
