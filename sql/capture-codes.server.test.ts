// What can be a code, and rows that are told apart in unusual ways.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createDatabase, type Database } from '../test/support/database.ts';
import { changesBy } from '../test/support/outbox.ts';
import { suiteScope } from '../test/support/scope.ts';

describe('codes', () => {
  const scope = suiteScope();
  let database: Database;
  const by = (sql: string) => changesBy(database, sql);

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
  });

  test('a primary key that changes is named old and new', async () => {
    await database.query(`
      create table moved (id integer primary key, size integer);
      insert into moved values (1, 0), (2, 0), (3, 0);
      select cache.watch('moved', 'moved', '{id}');`);
    assert.deepEqual(await by('update moved set id = 10 where id = 1'), ['k moved 1,10']);
    assert.deepEqual(await by('update moved set id = id + 5 where id in (2, 3)'), [
      'k moved 2,3,7,8',
    ]);
  });

  test('the code of a row whose primary key changes is named, though it stays', async () => {
    await database.query(`
      create table renumbered (id integer primary key, code text);
      insert into renumbered values (1, 'A'), (2, 'B');
      select cache.watch('renumbered', 'renumbered', '{code}');`);
    assert.deepEqual(await by('update renumbered set id = id + 10'), ['k renumbered A,B']);
  });

  test('a composite code is a JSON array, and null when a part is null', async () => {
    await database.query(`
      create table composed (a integer, b text, size integer, unique (a, b));
      insert into composed values (1, 'x"y', 0), (2, null, 0);
      select cache.watch('composed', 'composed', '{a,b}');`);
    assert.deepEqual(await by('update composed set size = 1'), ['k composed ["1", "x\\"y"]']);
  });

  test('without a primary key every updated row is named', async () => {
    await database.query(`
      create table keyless (code integer, size integer);
      insert into keyless values (1, 1), (2, 2), (2, 2);
      select cache.watch('keyless', 'keyless', '{code}');`);
    assert.deepEqual(await by('update keyless set size = 3 where code = 1'), ['k keyless 1']);
    assert.deepEqual(await by('update keyless set code = code + 10'), ['k keyless 1,11,12,2']);
    assert.deepEqual(await by('delete from keyless'), ['k keyless 11,12']);
  });

  test('columns may have any name', async () => {
    await database.query(`
      create table odd (
        old_row integer primary key, new_row integer, code integer, payload text, touched integer,
        pair integer, "old_rows" integer, "quo""ted" text, "line
break" integer);
      insert into odd values (1, 1, 1, 'a', 1, 1, 1, 'Q1', 1), (2, 2, 2, 'b', 2, 2, 2, 'Q2', 2);
      select cache.watch('odd', 'odd', '{old_row}');
      select cache.watch('odd', 'quoted', array['quo"ted', E'line\\nbreak']::name[]);`);
    const one = await by('update odd set code = null where old_row = 1');
    assert.deepEqual(one.toSorted(), ['k odd 1', 'k quoted ["Q1", "1"]']);
    const all = await by('update odd set new_row = 0');
    assert.deepEqual(all.toSorted(), ['k odd 1,2', 'k quoted ["Q1", "1"],["Q2", "2"]']);
  });

  test('enums, fixed-length text, booleans and numbers have one spelling each', async () => {
    await database.query(`
      create type mood as enum ('good', 'bad');
      create table spelled (a mood, b character(5), c boolean, d numeric, e bigint);
      select cache.watch('spelled', 'spelled', '{a,b,c,d,e}');`);
    assert.deepEqual(await by(`insert into spelled values ('good', 'ab', true, 1.50, 9)`), [
      'k spelled ["good", "ab", "true", "1.50", "9"]',
    ]);
  });

  test('codes that a collation calls equal are two codes', async () => {
    await database.query(`
      create collation blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      create table blinded (id integer primary key, code text collate blind, size integer);
      insert into blinded values (1, 'a', 0), (2, 'b', 0);
      select cache.watch('blinded', 'blinded', '{code}');`);
    assert.deepEqual(await by('update blinded set code = upper(code) where id = 1'), [
      'k blinded A,a',
    ]);
    assert.deepEqual(await by('update blinded set code = upper(code), size = 1'), [
      'k blinded A,B,b',
    ]);
  });

  test('a generated column that is computed when read does no harm', async () => {
    const [version] = await database.query<{ number: number }>(
      `select current_setting('server_version_num')::integer as number`,
    );
    const kind = (version?.number ?? 0) >= 180_000 ? 'virtual' : 'stored';
    await database.query(`
      create table computed (
        id integer primary key, a integer, b integer generated always as (a * 2) ${kind});
      insert into computed values (1, 1), (2, 2);
      select cache.watch('computed', 'computed', '{id}');`);
    assert.deepEqual(await by('update computed set a = a + id - 1'), ['k computed 2']);
  });

  test('a code too long for a notification is captured all the same', async () => {
    await database.query(`
      create table long (code text);
      select cache.watch('long', 'long', '{code}');`);
    const listener = await database.connect();
    await listener.query('select pg_advisory_lock(1667327848, 1)');
    const [change] = await by(`insert into long values (repeat('x', 9000))`);
    assert.equal(change?.length, 'k long '.length + 9000);
    await listener.query('select pg_advisory_unlock_all()');
  });
});
