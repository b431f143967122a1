// Databases of the arms: the same schema with our capture, with the obvious one, or with none.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createDatabase, type Database } from '../../test/support/database.ts';
import type { TestScope } from '../../test/support/processes.ts';

export type Capture = 'none' | 'obvious' | 'row' | 'stmt';

const obviousTriggers = fileURLToPath(
  new URL('../../test/faults/control/triggers.sql', import.meta.url),
);

export async function createCapturedDatabase(
  scope: TestScope,
  capture: Capture,
): Promise<Database> {
  const database = await createDatabase(scope, { migrated: true });
  await captureBy(database, capture);
  return database;
}

/** Changes how a migrated database is captured. */
export async function captureBy(database: Database, capture: Capture): Promise<void> {
  if (capture === 'row' || capture === 'stmt') {
    await database.query(
      `select cache.watch('city', resource => 'city', columns => '{countrycode}',
         channel => 'city_updates', mode => '${capture}')`,
    );
    return;
  }
  await database.query('select cache.forget(name, resource) from cache.rule');
  await database.query('delete from cache.outbox');
  if (capture === 'obvious') {
    await database.query(readFileSync(obviousTriggers, 'utf8'));
  }
}
