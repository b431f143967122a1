// cache.watch, build, unwatch and forget, invalidation by hand, and what they refuse.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { createDatabase, type Database } from '../test/support/database.ts';
import { eventually } from '../test/support/eventually.ts';
import { changesBy, takeChanges } from '../test/support/outbox.ts';
import { suiteScope } from '../test/support/scope.ts';

describe('watching a table', () => {
  const scope = suiteScope();
  let database: Database;
  const by = (sql: string) => changesBy(database, sql);

  async function refused(sql: string, message: RegExp, hint: RegExp): Promise<void> {
    await assert.rejects(database.query(sql), { message, hint });
  }

  async function problems(): Promise<string[]> {
    const rows = await database.query<{ text: string }>(
      `select concat_ws(': ', resource, rel, problem) as text from cache.audit()`,
    );
    return rows.map(({ text }) => text);
  }

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
  });

  beforeEach(async () => {
    await database.query(`
      delete from cache.rule where name in ('public.town', 'public.inn');
      drop table if exists town, inn cascade;
      create table town (id integer primary key, code text, size integer, born date);`);
  });

  test('flushes at the end, and again when it is repeated', async () => {
    const watch = `select cache.watch('town', resource => 'town', columns => '{code}')`;
    assert.deepEqual(await by(watch), ['f town']);
    assert.deepEqual(await by(watch), ['f town']);
    assert.deepEqual(await by(`insert into town values (1, 'A')`), ['k town A']);
    assert.deepEqual(await problems(), []);
  });

  test('repeated with other columns, limit or mode it changes the rule', async () => {
    await database.query(`select cache.watch('town', 'town', '{code}');
      select cache.watch('town', 'town', '{id}', mode => 'row');`);
    assert.deepEqual(await by(`insert into town values (1, 'A'), (2, 'B')`), [
      'k town 1',
      'k town 2',
    ]);
    await database.query(`select cache.watch('town', 'town', '{id}', flush_over => 1)`);
    assert.deepEqual(await by('update town set size = 1'), ['f town']);
    assert.deepEqual(await problems(), []);
  });

  test('a table has one mode for all its resources: the one given last', async () => {
    await database.query(`select cache.watch('town', 'town', '{code}');
      select cache.watch('town', 'size', '{size}', mode => 'row')`);
    const changes = await by(`insert into town values (1, 'A', 7), (2, 'A', 7)`);
    assert.deepEqual(changes, ['k size 7', 'k town A', 'k size 7', 'k town A']);
    assert.deepEqual(await problems(), []);
    await database.query(`select cache.forget('town', 'size')`);
  });

  test('the channel is the resource with _updates unless it is named', async () => {
    await database.query(`select cache.watch('town', 'town', '{code}')`);
    const channel = `select channel from cache.rule where resource = 'town'`;
    assert.deepEqual(await database.query(channel), [{ channel: 'town_updates' }]);
    await database.query(`select cache.watch('town', 'town', '{code}', channel => 'Other One')`);
    assert.deepEqual(await database.query(channel), [{ channel: 'Other One' }]);
  });

  test('finds the table as the caller does, and quotes what needs it', async () => {
    await database.query(`
      create schema "odd schema"; create table "odd schema"."Odd Table" ("Code" text);
      set search_path = "odd schema";
      select cache.watch('"Odd Table"', 'odd', '{Code}');
      reset search_path;`);
    assert.deepEqual(await by(`insert into "odd schema"."Odd Table" values ('A')`), ['k odd A']);
    assert.deepEqual(await problems(), []);
    await database.query(`select cache.forget('"odd schema"."Odd Table"', 'odd');
      drop schema "odd schema" cascade`);
  });

  test('refuses a table that is not there, or is none', async () => {
    await database.query('create view inn as select 1 as id');
    await refused(
      `select cache.watch('twon', 'town', '{code}')`,
      /there is no table "twon"/,
      /Create it first/,
    );
    await refused(
      `select cache.watch('inn', 'inn', '{id}')`,
      /public.inn is not an ordinary table/,
      /watch the tables behind it/,
    );
    await database.query('drop view inn');
  });

  test('refuses columns that are missing, or whose text depends on the session', async () => {
    await refused(
      `select cache.watch('town', 'town', '{cod}')`,
      /there is no column cod/,
      /Columns: id, code, size, born\./,
    );
    await refused(
      `select cache.watch('town', 'town', '{code,born}')`,
      /the text of column born \(date\) depends on session settings/,
      /add a generated column/,
    );
    await refused(`select cache.watch('town', 'town', '{}')`, /no columns/, /columns =>/);
  });

  test('refuses names, modes and limits that can not be', async () => {
    const watch = (rest: string) => `select cache.watch('town', ${rest})`;
    await refused(watch(`'To Wn', '{code}'`), /can not name a resource/, /lower-case/);
    await refused(watch(`null, '{code}'`), /can not name a resource/, /lower-case/);
    await refused(watch(`'town', '{code}', mode => 'rows'`), /no mode "rows"/, /stmt, or row/);
    await refused(watch(`'town', '{code}', flush_over => 0`), /flush_over is 0/, /Take 1 to/);
    const channel = `'town', '{code}', channel => repeat('x', 64)`;
    await refused(watch(channel), /can not name a channel/, /1 to 63 bytes/);
  });

  test('refuses to wait behind a long transaction, and changes nothing', async () => {
    const writer = await database.connect();
    await writer.query(`begin; insert into town values (1, 'A')`);
    await refused(
      `select cache.watch('town', 'town', '{code}')`,
      /public.town is busy: no lock within 3 s/,
      /Nothing was changed\. Try again/,
    );
    await writer.query('rollback');
    assert.deepEqual(await database.query(`select from cache.rule where resource = 'town'`), []);
  });

  test('two watches of one table at once both count', async () => {
    const [first, second] = [await database.connect(), await database.connect()];
    await first.query(`begin; select cache.watch('town', 'town', '{code}')`);
    const waiting = second.query(`select cache.watch('town', 'size', '{size}')`);
    await eventually(
      async () => {
        const [row] = await database.query<{ count: number }>(
          `select count(*)::integer as count from pg_locks
            where relation = 'town'::regclass and not granted`,
        );
        return row?.count === 1 ? true : undefined;
      },
      { what: 'the second watch to wait for the table' },
    );
    await first.query('commit');
    await waiting;
    const changes = await by(`insert into town values (1, 'A', 7)`);
    assert.deepEqual(changes.toSorted(), ['k size 7', 'k town A']);
    assert.deepEqual(await problems(), []);
    await database.query(`select cache.forget('town', 'size')`);
  });

  test('unwatch ends capture with a flush, and is a finding until watched again', async () => {
    await database.query(`select cache.watch('town', 'town', '{code}')`);
    assert.deepEqual(await by(`select cache.unwatch('town', 'town')`), ['f town']);
    assert.deepEqual(await by(`insert into town values (1, 'A')`), []);
    assert.deepEqual(await problems(), ['town: public.town: not watched any more (cache.unwatch)']);
    await database.query(`select cache.build('town')`);
    assert.deepEqual(await problems(), ['town: public.town: not watched any more (cache.unwatch)']);
    await database.query(`select cache.watch('town', 'town', '{code}')`);
    assert.deepEqual(await problems(), []);
  });

  test('unwatch leaves the other resources of the table', async () => {
    await database.query(`select cache.watch('town', 'town', '{code}');
      select cache.watch('town', 'size', '{size}'); select cache.unwatch('town', 'town')`);
    assert.deepEqual(await by(`insert into town values (1, 'A', 7)`), ['k size 7']);
    await database.query(`select cache.forget('town', 'size')`);
  });

  test('forget ends capture without a finding, also of a table that is gone', async () => {
    await database.query(`select cache.watch('town', 'town', '{code}')`);
    assert.deepEqual(await by(`select cache.forget('town', 'town')`), ['f town']);
    assert.deepEqual(await by(`insert into town values (1, 'A')`), []);
    await database.query(`select cache.watch('town', 'town', '{code}'); drop table town;
      select cache.forget('town', 'town')`);
    assert.deepEqual(await problems(), []);
  });

  test('unwatch, forget and build given something else name what is watched', async () => {
    await refused(
      `select cache.unwatch('town', 'city')`,
      /"town" is not watched for the resource "city"/,
      /public.city for city/,
    );
    await refused(`select cache.forget('nope', 'city')`, /"nope" is not watched/, /public.city/);
    await refused(`select cache.build('town')`, /"town" is not watched/, /Watched: public.city/);
  });

  test('invalidate names each code once, in chunks; flush flushes', async () => {
    assert.deepEqual(await by(`select cache.invalidate('city', '{BGR,BGR,NULL,ROU}')`), [
      'k city BGR,ROU',
    ]);
    await database.query(`select cache.invalidate('city', '{NULL,BGR}')`);
    assert.deepEqual(await database.query('select codes from cache.outbox'), [{ codes: ['BGR'] }]);
    assert.deepEqual(await by(`select cache.invalidate('city', '{}')`), []);
    const many = await by(
      `select cache.invalidate('city', array(select n::text from generate_series(1, 501) n))`,
    );
    assert.deepEqual(
      many.map((row) => row.split(',').length),
      [500, 1],
    );
    assert.deepEqual(await by(`select cache.flush('genre')`), ['f genre']);
  });

  test('invalidate and flush name the resources when they are given something else', async () => {
    const known = /Known: city, genre, genre_list, .*person_name\./;
    await refused(`select cache.invalidate('cty', '{BGR}')`, /there is no resource "cty"/, known);
    await refused(`select cache.flush(null)`, /there is no resource/, known);
    assert.deepEqual(await takeChanges(database, 'cty'), []);
  });
});
