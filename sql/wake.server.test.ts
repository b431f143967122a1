// The wake test: a writer rings only while the listener is parked, and then for sure.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { createDatabase, type Database } from '../test/support/database.ts';
import { eventually } from '../test/support/eventually.ts';
import { suiteScope } from '../test/support/scope.ts';

describe('ringing for the listener', () => {
  const scope = suiteScope();
  let database: Database;
  let parked: pg.Client;
  const heard: string[] = [];

  /** All that rang until now: a notification of our own comes behind them. */
  async function rings(): Promise<string[]> {
    await database.query(`select pg_notify('city_updates', 'the end')`);
    await eventually(() => (heard.at(-1) === 'city_updates the end' ? true : undefined), {
      what: 'the last notification',
    });
    return heard.splice(0).slice(0, -1);
  }

  async function by(sql: string): Promise<string[]> {
    await rings();
    await database.query(sql);
    return await rings();
  }

  const insert = (...codes: string[]) =>
    `insert into city (name, countrycode, population)
     values ${codes.map((code) => `('X', '${code}', 1)`).join()}`;

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
    parked = await database.connect();
    parked.on('notification', ({ channel, payload = '' }) => {
      heard.push(`${channel} ${payload}`.trim());
    });
    await parked.query('listen city_updates; listen movie_updates; listen "Town News"');
  });

  beforeEach(async () => {
    await rings();
    await parked.query('select pg_advisory_unlock_all(), pg_advisory_lock(1667327848, 1)');
  });

  test('one code is the payload, several or a flush have none', async () => {
    assert.deepEqual(await by(insert('BGR')), ['city_updates BGR']);
    assert.deepEqual(await by(insert('BGR', 'BGR')), ['city_updates BGR']);
    assert.deepEqual(await by(insert('BGR', 'ROU')), ['city_updates']);
    assert.deepEqual(await by(`update city set countrycode = 'AAA' where countrycode = 'ROU'`), [
      'city_updates',
    ]);
    assert.deepEqual(await by('truncate city'), ['city_updates']);
  });

  test('a transaction rings once for the same code', async () => {
    assert.deepEqual(await by(`begin; ${insert('BGR')}; ${insert('BGR')}; commit`), [
      'city_updates BGR',
    ]);
  });

  test('by hand and on another channel it rings too', async () => {
    assert.deepEqual(await by(`select cache.invalidate('city', '{BGR}')`), ['city_updates BGR']);
    assert.deepEqual(await by(`select cache.flush('movie')`), ['movie_updates']);
    await database.query(`create table town (code text);
      select cache.watch('town', 'town', '{code}', channel => 'Town News')`);
    assert.deepEqual(await by(`insert into town values ('a')`), ['Town News a']);
  });

  test('a code too long for a payload rings without it', async () => {
    await database.query(`create table long (code text);
      select cache.watch('long', 'long', '{code}', channel => 'city_updates')`);
    assert.deepEqual(await by(`insert into long values (repeat('é', 4000))`), ['city_updates']);
  });

  test('nothing written, nothing rung', async () => {
    assert.deepEqual(await by('update city set population = population'), []);
    assert.deepEqual(await by(`begin; ${insert('BGR')}; rollback`), []);
  });

  test('while the listener is awake nobody rings', async () => {
    await parked.query('select pg_advisory_unlock_all()');
    assert.deepEqual(await by(insert('BGR')), []);
    assert.deepEqual(await by(`select cache.invalidate('city', '{BGR}')`), []);
  });

  test('a writer that found the listener awake keeps it from parking until its end', async () => {
    await parked.query('select pg_advisory_unlock_all()');
    const writer = await database.connect();
    await writer.query(`begin; ${insert('BGR')}`);
    const park = 'select pg_try_advisory_lock(1667327848, 1) as granted';
    assert.deepEqual((await parked.query(park)).rows, [{ granted: false }]);
    await writer.query('commit');
    assert.deepEqual((await parked.query(park)).rows, [{ granted: true }]);
    const visible = await parked.query(`select codes from cache.outbox where codes = '{BGR}'`);
    assert.notEqual(visible.rowCount, 0);
  });

  test('a writer that rang does not keep the listener from parking again', async () => {
    const writer = await database.connect();
    await writer.query(`begin; ${insert('BGR')}`);
    await parked.query('select pg_advisory_unlock(1667327848, 1)');
    const park = 'select pg_try_advisory_lock(1667327848, 1) as granted';
    assert.deepEqual((await parked.query(park)).rows, [{ granted: true }]);
    await writer.query('commit');
    assert.deepEqual(await rings(), ['city_updates BGR']);
  });

  test('cache.wake = off is obeyed, and what is written is there', async () => {
    await database.query('delete from cache.outbox');
    const quiet = `set cache.wake = off; ${insert('BGR')}; select cache.flush('city');
      reset cache.wake`;
    assert.deepEqual(await by(quiet), []);
    assert.equal((await database.query('select from cache.outbox')).length, 2);
  });
});
