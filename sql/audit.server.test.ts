// What cache.audit() finds where no DDL guard repairs or warns: each way in which capture can be
// not what it should be.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { createDatabase, type Database } from '../test/support/database.ts';
import { suiteScope } from '../test/support/scope.ts';

describe('the audit without the DDL guard', () => {
  const scope = suiteScope();
  let database: Database;

  /** What is found after the statements; whatever they broke is made anew before the next test. */
  async function after(sql: string): Promise<string[]> {
    await database.query(sql);
    const rows = await database.query<{ text: string }>(
      `select concat_ws(': ', resource, rel, problem) as text from cache.audit()`,
    );
    return rows.map(({ text }) => text);
  }

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
    await database.query(`
      drop event trigger cache_guard_ddl; drop event trigger cache_guard_drop;
      delete from cache.dependency; delete from cache.rule;`);
  });

  beforeEach(async () => {
    await database.query(`
      drop table if exists town, town_old, town_new, inn cascade;
      delete from cache.rule; delete from cache.dependency;
      create table town (id integer primary key, code text, size integer);
      create table inn (id integer primary key, town_code text);
      select cache.watch('town', 'town', '{code}');
      select cache.watch('inn', 'inn', '{id}');`);
  });

  test('says whether the guard is installed, and does not miss it', async () => {
    assert.deepEqual(await after('select'), []);
    assert.deepEqual(await database.query('select cache.guard_installed() as yes'), [
      { yes: false },
    ]);
  });

  test('a disabled trigger, and one that ENABLE left without ALWAYS', async () => {
    assert.deepEqual(await after('alter table town disable trigger zz_cache_delete'), [
      'town: public.town: trigger zz_cache_delete is disabled',
    ]);
    assert.deepEqual(await after('alter table town enable trigger zz_cache_delete'), [
      'town: public.town: trigger zz_cache_delete is not ENABLE ALWAYS',
    ]);
    assert.deepEqual(await after('alter table town enable replica trigger zz_cache_delete'), [
      'town: public.town: trigger zz_cache_delete is disabled',
    ]);
    assert.deepEqual(await after(`select cache.build('town')`), []);
  });

  test('a missing trigger, and one that does something else', async () => {
    assert.deepEqual(await after('drop trigger zz_cache_insert on town'), [
      'town: public.town: trigger zz_cache_insert is missing',
    ]);
    const other = `
      create function nothing() returns trigger language plpgsql as 'begin return null; end';
      create trigger zz_cache_insert after insert on town referencing new table as new_rows
        for each statement execute function nothing();
      alter table town enable always trigger zz_cache_insert`;
    assert.deepEqual(await after(other), [
      'town: public.town: the function of zz_cache_insert is not what cache.build() would write',
    ]);
    assert.deepEqual(await after(`select cache.build('town')`), []);
    const [ours] = await database.query<{ name: string }>(`
      select tgfoid::regproc::text as name from pg_trigger
       where tgrelid = 'town'::regclass and tgname = 'zz_cache_truncate'`);
    const conditional = `
      create or replace trigger zz_cache_truncate after truncate on town
        for each statement when (false) execute function ${ours?.name}();
      alter table town enable always trigger zz_cache_truncate`;
    assert.deepEqual(await after(conditional), [
      'town: public.town: trigger zz_cache_truncate is missing',
    ]);
    await database.query('drop function nothing cascade');
  });

  test('a table that is gone, and another one under its name', async () => {
    assert.deepEqual(await after('drop table town'), ['town: public.town: the table is gone']);
    assert.deepEqual(await after('create table town (code text)'), [
      'town: public.town: the table is gone',
    ]);
    assert.deepEqual(await after(`select cache.watch('town', 'town', '{code}')`), []);
  });

  test('a swap by rename', async () => {
    const swap = `create table town_new (like town including all);
      alter table town rename to town_old; alter table town_new rename to town`;
    assert.deepEqual(await after(swap), [
      `town: public.town: the watched table is now called public.town_old: that name is free or ` +
        `another table's`,
    ]);
    assert.deepEqual(await after(`select cache.watch('town', 'town', '{code}')`), []);
  });

  test('a renamed code column, until the table is built again', async () => {
    const found = await after('alter table town rename column code to mark');
    assert.match(found.join(), /is not what cache.build\(\) would write/);
    assert.equal(found.length, 4);
    assert.deepEqual(await after(`select cache.build('town')`), []);
    await database.query(`insert into town (id, mark) values (1, 'A')`);
  });

  test('a restored dump works as it is; column numbers of elsewhere are not trusted', async () => {
    await database.query(`update cache.rule set origin = 'elsewhere', attnums = '{3}'`);
    assert.deepEqual(await after('select'), []);
    const found = await after('alter table town rename column code to mark');
    assert.ok(found.includes('town: public.town: there is no column code'), found.join());
    await database.query('alter table town rename column mark to code');
    assert.deepEqual(await after(`select cache.build('town'); select cache.build('inn')`), []);
    await database.query(`alter table town rename column code to mark; select cache.build('town')`);
    assert.deepEqual(
      await database.query(`select columns from cache.rule where resource = 'town'`),
      [{ columns: '{mark}' }],
    );
  });

  test('a dropped code column', async () => {
    const found = await after('alter table town drop column code');
    assert.ok(found.includes('town: public.town: there is no column code'), found.join());
  });

  test('a changed function, its rights or its settings', async () => {
    const [row] = await database.query<{ name: string }>(`
      select tgfoid::regprocedure::text as name from pg_trigger
       where tgrelid = 'town'::regclass and tgname = 'zz_cache_insert'`);
    for (const change of ['security invoker', 'set search_path = public', 'reset all']) {
      const found = await after(`alter function ${row?.name} ${change}`);
      assert.match(found.join(), /is not what cache.build/, change);
      assert.deepEqual(await after(`select cache.build('town')`), []);
    }
  });

  test('a partition without capture', async () => {
    const found = await after(`
      create table parted (id integer) partition by range (id);
      select cache.watch('parted', 'parted', '{id}');
      create table part partition of parted for values from (0) to (9)`);
    assert.equal(found.length, 4);
    assert.match(found.join(), /parted: public.part: trigger zz_cache_insert is missing/);
    assert.deepEqual(await after(`select cache.build('parted')`), []);
    await after(`select cache.forget('parted', 'parted'); drop table parted`);
  });

  test('what is wrong with a resource is wrong with those that show it', async () => {
    const query = 'select id from inn where town_code = any ($1)';
    assert.deepEqual(await after(`select cache.depends('inn', 'town', '${query}')`), []);
    assert.deepEqual(await after('alter table town disable trigger zz_cache_delete'), [
      'inn: public.town: through town: trigger zz_cache_delete is disabled',
      'town: public.town: trigger zz_cache_delete is disabled',
    ]);
  });

  test('a dependency that fails, has lost its function, or a source nobody watches', async () => {
    const depends = `select cache.depends('inn', 'town',
      'select id from inn where town_code = any ($1)')`;
    await database.query(depends);
    assert.deepEqual(await after('alter table inn rename column town_code to place'), [
      'inn: its query on town fails: 42703: column "town_code" does not exist',
    ]);
    await after('alter table inn rename column place to town_code');
    const [gone] = await after('drop function cache.dependents__inn__town');
    assert.match(gone ?? '', /^inn: its query on town fails: 42883: function/);
    assert.deepEqual(await after(depends), []);
    assert.deepEqual(await after(`select cache.forget('town', 'town')`), [
      'inn: depends on town, which no table is watched for',
    ]);
  });

  test('a lock on a table of a dependency is no finding', async () => {
    await database.query(
      `select cache.depends('inn', 'town', 'select id from inn where town_code = any ($1)')`,
    );
    const other = await database.connect();
    await other.query('begin; lock table inn in access exclusive mode');
    assert.deepEqual(await after('select'), []);
    await other.query('rollback');
  });

  test('a resource that the caller expects and nobody watches', async () => {
    const rows = await database.query(`select * from cache.audit('{town,city}')`);
    assert.deepEqual(rows, [
      {
        resource: 'city',
        rel: null,
        problem: 'no table is watched for it, and it depends on nothing',
      },
    ]);
  });
});
