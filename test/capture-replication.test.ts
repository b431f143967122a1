// What a server of the defaults can not show: prepared transactions, and changes that arrive by
// logical replication, whose apply worker fires row triggers but no statement triggers.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { postgres } from '../stack/servers/postgres.ts';
import { createDatabase, type Database } from './support/database.ts';
import { eventually } from './support/eventually.ts';
import { describeEvent, takeEvents } from './support/events.ts';
import { takeChanges } from './support/outbox.ts';
import { startOwnServer } from './support/own-server.ts';
import { suiteScope } from './support/scope.ts';

describe('capture on a server of its own', () => {
  const scope = suiteScope();
  let serverUrl: string;

  before(async () => {
    const server = await startOwnServer(scope, postgres);
    serverUrl = server.env.DATABASE_URL ?? '';
    const database = await createDatabase({ after: () => {} }, { migrated: false, serverUrl });
    await database.query('alter system set wal_level = logical');
    await database.query('alter system set max_prepared_transactions = 5');
    await database.pool.end();
    await server.stop();
    await server.start();
  });

  test('a prepared transaction is captured while the listener is awake', async () => {
    const database = await createDatabase(scope, { migrated: true, serverUrl });
    const writer = await database.connect();
    await writer.query(`begin; insert into city (name, countrycode, population)
      values ('X', 'BGR', 1); prepare transaction 'one'`);
    const before = await database.query<{ next_floor: string; id: string | null }>(
      `select id, next_floor from cache.read_changes('0', 10)`,
    );
    assert.deepEqual(
      before.map(({ id }) => id),
      [null],
    );
    await writer.query(`commit prepared 'one'`);
    const after = await database.query('select codes from cache.read_changes($1::xid8, 10)', [
      before[0]?.next_floor,
    ]);
    assert.deepEqual(after, [{ codes: ['BGR'] }]);
  });

  test('a prepared transaction emits its events once it is committed', async () => {
    const database = await createDatabase(scope, { migrated: true, serverUrl });
    const writer = await database.connect();
    await writer.query(`begin; insert into movies (title) values ('Prepared');
      update movies set year = 1; prepare transaction 'film'`);
    assert.deepEqual(await takeEvents(database), []);
    await writer.query(`commit prepared 'film'`);
    assert.deepEqual((await takeEvents(database)).map(describeEvent), ['created Prepared 1']);
  });

  test('with a parked listener it needs cache.wake = off', async () => {
    const database = await createDatabase(scope, { migrated: true, serverUrl });
    const [parked, writer] = [await database.connect(), await database.connect()];
    await parked.query('select pg_advisory_lock(1667327848, 1)');
    const insert = `insert into city (name, countrycode, population) values ('X', 'BGR', 1)`;
    await assert.rejects(
      writer.query(`begin; ${insert}; prepare transaction 'two'`),
      /cannot PREPARE a transaction that has executed .*NOTIFY/,
    );
    await writer.query('rollback');
    await writer.query(`set cache.wake = off`);
    await writer.query(`begin; ${insert}; prepare transaction 'three'`);
    await writer.query(`commit prepared 'three'`);
    assert.deepEqual(await takeChanges(database), ['k city BGR']);
  });

  test('a subscriber captures in row mode, and the first copy and TRUNCATE in any', async () => {
    const source = await createDatabase(scope, { migrated: false, serverUrl });
    const target = await createDatabase(scope, { migrated: true, serverUrl });
    const tables =
      'create table by_row (id integer primary key, size integer);' +
      'create table by_stmt (id integer primary key, size integer);';
    await source.query(`${tables}
      insert into by_row values (1, 0); insert into by_stmt values (1, 0);
      create publication everything for all tables`);
    await source.query(`select pg_create_logical_replication_slot('slot_a', 'pgoutput')`);
    await target.query(`${tables}
      select cache.watch('by_row', 'by_row', '{id}', mode => 'row');
      select cache.watch('by_stmt', 'by_stmt', '{id}');
      delete from cache.outbox`);
    await target.query(`create subscription sub connection '${source.url}' publication everything
      with (create_slot = false, slot_name = 'slot_a')`);
    scope.after(async () => await dropSubscription(source, target));
    assert.deepEqual(await changesOnce(target, 2), ['k by_row 1', 'k by_stmt 1']);

    await source.query('update by_stmt set size = 1; update by_row set size = 1');
    assert.deepEqual(await changesOnce(target, 1), ['k by_row 1']);
    await source.query('update by_row set id = 5; insert into by_row values (6, 6)');
    assert.deepEqual(await changesOnce(target, 2), ['k by_row 1,5', 'k by_row 6']);
    await source.query('truncate by_row, by_stmt');
    assert.deepEqual(await changesOnce(target, 2), ['f by_row', 'f by_stmt']);
  });
});

async function dropSubscription(source: Database, target: Database): Promise<void> {
  await target.query('alter subscription sub disable');
  await target.query('alter subscription sub set (slot_name = none)');
  await target.query('drop subscription sub');
  await eventually(
    async () => {
      await source.query(`select pg_drop_replication_slot('slot_a')`);
      return true;
    },
    { what: 'the slot to be free' },
  );
}

/** The changes, once there are so many. */
async function changesOnce(database: Database, count: number): Promise<string[]> {
  await eventually(
    async () => {
      const rows = await database.query('select from cache.outbox');
      return rows.length >= count ? true : undefined;
    },
    { what: `${count} changes on the subscriber` },
  );
  return (await takeChanges(database)).toSorted();
}
