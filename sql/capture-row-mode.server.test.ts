// Row mode, for tables that logical replication writes: each changed row by itself.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { createDatabase, type Database } from '../test/support/database.ts';
import { changesBy } from '../test/support/outbox.ts';
import { suiteScope } from '../test/support/scope.ts';

describe('capture in row mode', () => {
  const scope = suiteScope();
  let database: Database;
  const by = (sql: string) => changesBy(database, sql);

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
    await database.query(`
      create table town (id integer primary key, code text, size integer, note json);
      select cache.watch('town', 'town', '{code}', mode => 'row');
    `);
  });

  beforeEach(async () => {
    await database.query(`
      truncate town; insert into town values (1, 'A', 1, '{}'), (2, 'B', 2, '{}')`);
  });

  test('inserted, updated and deleted rows name their codes, one by one', async () => {
    const insert = `insert into town values (3, 'C'), (4, 'D')`;
    assert.deepEqual(await by(insert), ['k town C', 'k town D']);
    assert.deepEqual(await by('update town set size = 0 where id <= 2'), ['k town A', 'k town B']);
    assert.deepEqual(await by('delete from town where id = 1'), ['k town A']);
  });

  test('a code that changes is named old and new', async () => {
    assert.deepEqual(await by(`update town set code = 'Z' where id = 1`), ['k town A,Z']);
  });

  test('a row that does not change is not captured', async () => {
    assert.deepEqual(await by(`update town set size = size, note = '{}'`), []);
    assert.deepEqual(await by('update town set size = 1'), ['k town B']);
  });

  test('a null code is ignored', async () => {
    assert.deepEqual(await by('insert into town values (5, null)'), []);
    assert.deepEqual(await by('update town set code = null where id = 1'), ['k town A']);
    assert.deepEqual(await by(`update town set code = 'Q' where id = 1`), ['k town Q']);
  });

  test('a composite code works too', async () => {
    await database.query(`select cache.watch('town', 'both', '{id,code}', mode => 'row')`);
    assert.deepEqual(await by(`insert into town values (6, 'F')`), [
      'k both ["6", "F"]',
      'k town F',
    ]);
    await database.query(`select cache.forget('town', 'both')`);
  });

  test('TRUNCATE flushes, and there is no finding', async () => {
    assert.deepEqual(await by('truncate town'), ['f town']);
    assert.deepEqual(await database.query('select * from cache.audit()'), []);
  });
});
