// Partitioned tables and inheritance: statement triggers fire only on the table that a command
// names, so every member needs its own, also one that comes later.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { createDatabase, type Database } from '../test/support/database.ts';
import { changesBy, takeChanges } from '../test/support/outbox.ts';
import { suiteScope } from '../test/support/scope.ts';

describe('capture of partitioned tables', () => {
  const scope = suiteScope();
  let database: Database;
  const by = async (sql: string) => [...new Set(await changesBy(database, sql))];

  async function capturingTables(): Promise<string[]> {
    const rows = await database.query<{ name: string }>(`
      select distinct tgrelid::regclass::text as name from pg_trigger
       where tgname = 'zz_cache_update'
         and tgrelid::regclass::text ~ '^(visit|loose|parent|child)' order by 1`);
    return rows.map(({ name }) => name);
  }

  async function findings(): Promise<object[]> {
    return await database.query('select * from cache.audit()');
  }

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
  });

  beforeEach(async () => {
    await database.query(`
      drop table if exists visit, visit_1, loose;
      create table visit (id integer, day integer, size integer, primary key (id, day))
        partition by range (day);
      create table visit_1 partition of visit for values from (0) to (10);
      create table visit_2 partition of visit for values from (10) to (20) partition by range (day);
      create table visit_2a partition of visit_2 for values from (10) to (15);
      insert into visit values (1, 5, 0), (2, 12, 0);
      select cache.watch('visit', 'visit', '{id}');`);
    await takeChanges(database);
  });

  test('writes by way of the whole table and directly to a part are captured once', async () => {
    assert.deepEqual(await by('update visit set size = size + 1'), ['k visit 1,2']);
    assert.deepEqual(await by('update visit_1 set size = size + 1'), ['k visit 1']);
    assert.deepEqual(await by('update visit_2 set size = size + 1'), ['k visit 2']);
    assert.deepEqual(await by('insert into visit_2a values (3, 13, 0)'), ['k visit 3']);
    assert.deepEqual(await by('delete from visit_2a where id = 3'), ['k visit 3']);
  });

  test('a row that moves to another partition is captured', async () => {
    assert.deepEqual(await by('update visit set day = 13 where id = 1'), ['k visit 1']);
  });

  test('TRUNCATE of a part flushes', async () => {
    assert.deepEqual(await by('truncate visit_2a'), ['f visit']);
  });

  test('a new partition is captured from its first row on', async () => {
    const create = 'create table visit_3 partition of visit for values from (20) to (30)';
    assert.deepEqual(await by(create), ['f visit']);
    assert.deepEqual(await by('insert into visit_3 values (9, 25, 0)'), ['k visit 9']);
    assert.deepEqual(await findings(), []);
  });

  test('a partition below a partition is captured', async () => {
    await database.query('create table visit_2b partition of visit_2 for values from (15) to (20)');
    assert.deepEqual(await by('insert into visit_2b values (8, 16, 0)'), ['k visit 8']);
    assert.deepEqual(await findings(), []);
  });

  test('an attached table brings its rows: flush, then capture', async () => {
    await database.query(`create table loose (like visit including all);
      insert into loose values (7, 35, 0)`);
    const attach = 'alter table visit attach partition loose for values from (30) to (40)';
    assert.deepEqual(await by(attach), ['f visit']);
    assert.deepEqual(await by('update loose set size = 1'), ['k visit 7']);
    assert.deepEqual(await findings(), []);
  });

  test('a detached table takes its rows away: flush, and capture ends', async () => {
    assert.deepEqual(await by('alter table visit detach partition visit_1'), ['f visit']);
    assert.deepEqual(await by('update visit_1 set size = 9'), []);
    assert.deepEqual(await capturingTables(), ['visit', 'visit_2', 'visit_2a']);
    assert.deepEqual(await findings(), []);
  });

  test('a detached table can be watched by itself', async () => {
    await database.query(`
      alter event trigger cache_guard_ddl disable;
      alter table visit detach partition visit_1;
      alter event trigger cache_guard_ddl enable always;
      select cache.watch('visit_1', 'alone', '{size}');
      select cache.build('visit');`);
    assert.deepEqual(await by('insert into visit_1 values (7, 7, 70)'), ['k alone 70']);
    assert.deepEqual(await by('insert into visit values (2, 11, 70)'), ['k visit 2']);
    assert.deepEqual(await findings(), []);
    await database.query(`select cache.forget('visit_1', 'alone')`);
  });

  test('a dropped partition flushes and is no finding', async () => {
    assert.deepEqual(await by('drop table visit_2'), ['f visit']);
    assert.deepEqual(await findings(), []);
  });

  test('partitions may have their columns in another order', async () => {
    await database.query(`
      create table loose (unused integer, size integer, day integer not null, id integer not null);
      alter table loose drop column unused;
      alter table visit attach partition loose for values from (30) to (40)`);
    assert.deepEqual(await by('insert into loose (id, day) values (77, 31)'), ['k visit 77']);
    assert.deepEqual(await by('update visit set size = 5 where id = 77'), ['k visit 77']);
  });

  test('in row mode a write is captured once, on the root or on a part', async () => {
    await database.query(`select cache.watch('visit', 'visit', '{id}', mode => 'row')`);
    assert.deepEqual(await changesBy(database, 'update visit set size = 3 where id = 1'), [
      'k visit 1',
    ]);
    assert.deepEqual(await changesBy(database, 'update visit_1 set size = 4'), ['k visit 1']);
    assert.deepEqual(await by('truncate visit_1'), ['f visit']);
    assert.deepEqual(await findings(), []);
  });

  test('a partition can not be watched by itself, and a foreign one not at all', async () => {
    await assert.rejects(database.query(`select cache.watch('visit_1', 'visit', '{id}')`), {
      message: /visit_1 is a partition/,
      hint: 'Watch the whole table: public.visit.',
    });
  });

  test('children by inheritance are captured, also when they repeat a key', async () => {
    await database.query(`
      create table parent (id integer primary key, code text, size integer);
      create table child () inherits (parent);
      insert into parent values (1, 'P', 0);
      insert into child values (1, 'C', 0);
      select cache.watch('parent', 'parent', '{code}');`);
    assert.deepEqual(await by('update parent set size = 1'), ['k parent C,P']);
    assert.deepEqual(await by('update child set size = 2'), ['k parent C']);
    assert.deepEqual(await by(`update parent set code = 'P' where code = 'C'`), ['k parent C,P']);
    await database.query('truncate parent');
    await database.query(
      `insert into parent values (1, 'P', 0); insert into child values (2, 'C', 0)`,
    );
    const join = `update parent set id = 1, code = 'P'`;
    assert.deepEqual(await by(join), ['k parent C,P']);
    assert.deepEqual(await by('alter table child no inherit parent'), ['f parent']);
    assert.deepEqual(await by('update child set size = 3'), []);
    await database.query(`select cache.forget('parent', 'parent'); drop table parent, child`);
  });
});
