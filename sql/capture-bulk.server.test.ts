// Statements on many rows: codes in chunks up to a limit, one flush beyond it.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { createDatabase, type Database } from '../test/support/database.ts';
import { changesBy } from '../test/support/outbox.ts';
import { suiteScope } from '../test/support/scope.ts';

describe('capture of many rows', () => {
  const scope = suiteScope();
  let database: Database;
  const by = (sql: string) => changesBy(database, sql);

  async function codesPerRow(sql: string): Promise<number[]> {
    const rows = await by(sql);
    return rows.map((row) => row.split(',').length).toSorted((a, b) => b - a);
  }

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
    await database.query(`
      create table town (id integer primary key, code integer, size integer);
      select cache.watch('town', 'town', '{code}', flush_over => 1200);`);
  });

  beforeEach(async () => {
    await database.query('truncate town');
  });

  test('codes come in chunks of up to 500, each code once', async () => {
    const insert = 'insert into town select n, n, 0 from generate_series(1, 1200) as n';
    assert.deepEqual(await codesPerRow(insert), [500, 500, 200]);
    assert.deepEqual(await codesPerRow('update town set size = 1'), [500, 500, 200]);
    assert.deepEqual(await codesPerRow('delete from town'), [500, 500, 200]);
    const few = 'insert into town select n, n % 7, 0 from generate_series(1, 1200) as n';
    assert.deepEqual(await by(few), ['k town 0,1,2,3,4,5,6']);
  });

  test('one row over the limit is one flush, for an insert, an update and a delete', async () => {
    const insert = 'insert into town select n, n, 0 from generate_series(1, 1201) as n';
    assert.deepEqual(await by(insert), ['f town']);
    assert.deepEqual(await by('update town set size = 1'), ['f town']);
    assert.deepEqual(await by('delete from town'), ['f town']);
  });

  test('an update counts what it changes, not what it touches', async () => {
    await database.query('insert into town select n, n, 0 from generate_series(1, 3000) as n');
    assert.deepEqual(await by('update town set size = size'), []);
    assert.deepEqual(await by('update town set size = (id <= 2)::integer'), ['k town 1,2']);
    assert.deepEqual(await by('update town set size = (id <= 1)::integer'), ['k town 2']);
    assert.deepEqual(await by('update town set size = size + 1 where id <= 1201'), ['f town']);
  });

  test('an update whose first rows stay as they are is judged by the others', async () => {
    await database.query('insert into town select n, n, 0 from generate_series(1, 3000) as n');
    assert.deepEqual(await by('update town set size = (id > 2998)::integer'), ['k town 2999,3000']);
    assert.deepEqual(await by('update town set size = 1 + (id > 1500)::integer'), ['f town']);
    assert.deepEqual(await by('update town set size = 1 + (id <= 1500)::integer'), ['f town']);
    assert.deepEqual(await by('update town set size = size + (id > 1700)::integer'), ['f town']);
  });

  test('each resource of a table has its own limit', async () => {
    await database.query(`
      create table pair (id integer primary key, one integer, two integer);
      select cache.watch('pair', 'few', '{one}', flush_over => 5);
      select cache.watch('pair', 'many', '{two}', flush_over => 50);`);
    const changes = await by('insert into pair select n, n, n % 2 from generate_series(1, 6) n');
    assert.deepEqual(changes.toSorted(), ['f few', 'k many 0,1']);
    assert.deepEqual(await by('update pair set id = id'), []);
    const some = await by('update pair set two = two + 2 where id <= 5');
    assert.deepEqual(some.toSorted(), ['k few 1,2,3,4,5', 'k many 0,1,2,3']);
    await database.query('insert into pair select n, n, 9 from generate_series(7, 60) n');
    const all = await by('update pair set two = two + 1');
    assert.deepEqual(all.toSorted(), ['f few', 'f many']);
  });

  test('cities: 5,000 rows name each country once, 100,000 rows flush once', async () => {
    const insert = (count: number) => `
      insert into city (name, countrycode, population)
      select 'C' || n, case n % 3 when 0 then 'AAA' when 1 then 'BBB' else 'CCC' end, n
        from generate_series(1, ${count}) as n`;
    assert.deepEqual(await by(insert(5000)), ['k city AAA,BBB,CCC']);
    assert.deepEqual(await by(insert(100_000)), ['f city']);
    assert.deepEqual(await by('update city set population = population + 1'), ['f city']);
  });
});
