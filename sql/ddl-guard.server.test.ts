// What DDL does to a watched table: the guard repairs and flushes, or warns and leaves a finding.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { createDatabase, type Database } from '../test/support/database.ts';
import { changesBy, takeChanges } from '../test/support/outbox.ts';
import { suiteScope } from '../test/support/scope.ts';

describe('the DDL guard', () => {
  const scope = suiteScope();
  let database: Database;
  let session: pg.Client;
  let warnings: string[] = [];

  /** In the session whose warnings are kept. */
  async function by(sql: string): Promise<string[]> {
    await takeChanges(database);
    warnings = [];
    await session.query(sql);
    return [...new Set(await takeChanges(database))];
  }

  async function problems(): Promise<string[]> {
    const rows = await database.query<{ text: string }>(
      `select concat_ws(': ', rel, problem) as text from cache.audit() where resource = 'town'`,
    );
    return rows.map(({ text }) => text);
  }

  async function triggerStates(): Promise<string> {
    const [row] = await database.query<{ states: string }>(`
      select string_agg(tgenabled::text, '') as states from pg_trigger
       where tgrelid = 'town'::regclass and tgname like 'zz%'`);
    return row?.states ?? '';
  }

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
    session = await database.connect();
    session.on('notice', ({ severity, message = '' }) => {
      if (severity === 'WARNING') warnings.push(message);
    });
  });

  beforeEach(async () => {
    await database.query(`
      drop table if exists town, town_old, town_new cascade;
      create table town (id integer primary key, code text, size integer);
      insert into town values (1, 'A', 1), (2, 'B', 2);
      select cache.watch('town', 'town', '{code}');`);
  });

  test('is installed with the migrations', async () => {
    assert.deepEqual(await database.query('select cache.guard_installed() as yes'), [
      { yes: true },
    ]);
  });

  test('DISABLE TRIGGER warns and is a finding; ENABLE repairs what it leaves behind', async () => {
    assert.deepEqual(await by('alter table town disable trigger all'), ['f town']);
    assert.match(warnings.join(), /town: trigger zz_cache_delete is disabled/);
    assert.equal((await problems()).length, 4);
    assert.deepEqual(await by(`update town set size = 9`), []);
    assert.deepEqual(await by('alter table town enable trigger all'), ['f town']);
    assert.deepEqual(warnings, []);
    assert.deepEqual(await problems(), []);
    assert.equal(await triggerStates(), 'AAAA');
    assert.deepEqual(await by('update town set size = 10 where id = 1'), ['k town A']);
  });

  test('one disabled trigger stays as it is whatever else is altered', async () => {
    await by('alter table town disable trigger zz_cache_update');
    await by('alter table town rename column code to mark');
    assert.deepEqual(await problems(), ['public.town: trigger zz_cache_update is disabled']);
    assert.deepEqual(await by(`insert into town values (3, 'C', 3)`), ['k town C']);
  });

  test('a renamed code column is followed', async () => {
    assert.deepEqual(await by('alter table town rename column code to mark'), ['f town']);
    assert.deepEqual(await by(`update town set mark = 'Z' where id = 1`), ['k town A,Z']);
    assert.deepEqual(await problems(), []);
  });

  test('a renamed primary key column is followed', async () => {
    await by('alter table town rename column id to number');
    assert.deepEqual(await by('update town set size = size + 1'), ['k town A,B']);
  });

  test('a dropped code column fails no writer: statements flush, with a finding', async () => {
    assert.deepEqual(await by('alter table town drop column code'), ['f town']);
    assert.match(warnings.join(), /there is no column code/);
    assert.deepEqual(await by('update town set size = 7 where id = 1'), ['f town']);
    assert.deepEqual(await by('insert into town values (3, 3)'), ['f town']);
    assert.deepEqual(await problems(), ['public.town: there is no column code']);
  });

  test('a code column whose text becomes ambiguous is a finding', async () => {
    await by('alter table town alter column code type date using null');
    assert.match((await problems()).join(), /text of column code \(date\) depends on session/);
    assert.deepEqual(await by(`update town set code = now() where id = 1`), ['f town']);
  });

  test('a dropped primary key fails no writer', async () => {
    await by('alter table town drop constraint town_pkey');
    assert.deepEqual(await by('update town set size = size + 1'), ['k town A,B']);
    assert.deepEqual(await problems(), []);
  });

  test('rewrites, which fire no row trigger, flush', async () => {
    assert.deepEqual(await by(`alter table town add column mayor text default 'x'`), ['f town']);
    assert.deepEqual(await by('alter table town alter size type bigint using size * 2'), [
      'f town',
    ]);
    assert.deepEqual(await problems(), []);
  });

  test('swap by rename: a finding until it is swapped back, or the new table watched', async () => {
    const swap = `create table town_new (like town including all);
      alter table town rename to town_old; alter table town_new rename to town`;
    assert.deepEqual(await by(swap), ['f town']);
    assert.match(warnings.join(), /now called public.town_old/);
    assert.deepEqual(await by(`insert into town values (5, 'E', 5)`), []);
    assert.equal((await problems()).length, 1);
    await by('alter table town rename to town_new; alter table town_old rename to town');
    assert.deepEqual(await problems(), []);

    await by('alter table town rename to town_old; alter table town_new rename to town');
    assert.deepEqual(await by(`select cache.watch('town', 'town', '{code}')`), ['f town']);
    assert.deepEqual(await problems(), []);
    assert.deepEqual(await by(`insert into town values (6, 'F', 6)`), ['k town F']);
    assert.deepEqual(await by('update town_old set size = 0'), []);
  });

  test('DROP TABLE keeps the rule: a finding, also with a new table under the name', async () => {
    assert.deepEqual(await by('drop table town'), ['f town']);
    assert.match(warnings.join(), /the table is gone/);
    assert.deepEqual(await problems(), ['public.town: the table is gone']);
    await by('create table town (id integer primary key, code text)');
    assert.deepEqual(await problems(), ['public.town: the table is gone']);
    await by(`select cache.watch('town', 'town', '{code}')`);
    assert.deepEqual(await problems(), []);
    assert.deepEqual(await by(`insert into town values (1, 'A')`), ['k town A']);
  });

  test('a dropped capture trigger warns, flushes and is a finding until rebuilt', async () => {
    assert.deepEqual(await by('drop trigger zz_cache_update on town'), ['f town']);
    assert.match(warnings.join(), /trigger zz_cache_update is missing/);
    await by(`alter table town add column extra integer`);
    assert.deepEqual(await problems(), ['public.town: trigger zz_cache_update is missing']);
    await by(`select cache.build('town')`);
    assert.deepEqual(await problems(), []);
  });

  test('a renamed or replaced capture trigger is noticed', async () => {
    assert.deepEqual(await by('alter trigger zz_cache_update on town rename to mine'), ['f town']);
    assert.match(warnings.join(), /trigger zz_cache_update is missing/);
    await by(`drop trigger mine on town; select cache.build('town')`);
    const replace = `create or replace trigger zz_cache_truncate after truncate on town
      for each statement when (false) execute function cache.capture()`;
    const [row] = await database.query<{ name: string }>(`
      select tgfoid::regproc::text as name from pg_trigger
       where tgrelid = 'town'::regclass and tgname = 'zz_cache_truncate'`);
    await by(replace.replace('cache.capture', row?.name ?? ''));
    assert.match(warnings.join(), /trigger zz_cache_truncate is missing/);
    assert.equal((await problems()).length, 1);
  });

  test('DDL on other tables costs no flush', async () => {
    assert.deepEqual(await by('create table town_new (id integer); drop table town_new'), []);
    assert.deepEqual(await by('create index on town (size); drop index town_size_idx'), []);
  });

  test('works in a replica session', async () => {
    await session.query('set session_replication_role = replica');
    assert.deepEqual(await by('alter table town disable trigger all'), ['f town']);
    assert.match(warnings.join(), /is disabled/);
    await session.query('reset session_replication_role');
  });

  test('the owner of a table needs no right on ours for DDL', async () => {
    await database.query(`
      create role ${database.name}_owner; grant create on schema public to ${database.name}_owner;
      alter table town owner to ${database.name}_owner`);
    const ddl = `set role ${database.name}_owner; alter table town rename column code to mark;
      update town set size = 0 where id = 1; reset role`;
    assert.deepEqual(await by(ddl), ['f town', 'k town A']);
    await database.query(`drop owned by ${database.name}_owner; drop role ${database.name}_owner`);
  });

  test('what is rolled back was never said', async () => {
    assert.deepEqual(await by('begin; alter table town disable trigger all; rollback'), []);
    assert.deepEqual(await problems(), []);
    assert.deepEqual(await changesBy(database, 'update town set size = 0 where id = 1'), [
      'k town A',
    ]);
  });
});
