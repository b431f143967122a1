// Every kind of write to a watched table, and what it leaves in the outbox.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { from as copyFrom } from 'pg-copy-streams';
import { createDatabase, type Database } from '../test/support/database.ts';
import { changesBy, takeChanges } from '../test/support/outbox.ts';
import { suiteScope } from '../test/support/scope.ts';

describe('capture of writes', () => {
  const scope = suiteScope();
  let database: Database;
  const by = (sql: string) => changesBy(database, sql);

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
    await database.query(`
      create table town (id integer primary key, code text, size integer, note json, place point);
      select cache.watch('town', 'town', '{code}');`);
  });

  beforeEach(async () => {
    await database.query(`
      truncate town;
      insert into town
      select n, 'C' || n, n, '{"a":1}', '(1,2)' from generate_series(1, 9) as n;`);
  });

  test('an insert names the code', async () => {
    assert.deepEqual(await by(`insert into town values (10, 'NEW')`), ['k town NEW']);
  });

  test('an update names the code once', async () => {
    assert.deepEqual(await by('update town set size = 0 where id = 1'), ['k town C1']);
  });

  test('a delete names the code', async () => {
    assert.deepEqual(await by('delete from town where id = 1'), ['k town C1']);
  });

  test('a code that changes is named old and new, for one row and for several', async () => {
    assert.deepEqual(await by(`update town set code = 'N1' where id = 1`), ['k town C1,N1']);
    assert.deepEqual(await by(`update town set code = 'N' || id where id in (2, 3)`), [
      'k town C2,C3,N2,N3',
    ]);
  });

  test('an update that changes nothing is not captured, for one row and for several', async () => {
    assert.deepEqual(await by('update town set size = size where id = 1'), []);
    assert.deepEqual(await by('update town set size = size'), []);
  });

  test('of several updated rows only the changed ones are named', async () => {
    const update = 'update town set size = case id when 2 then 0 else size end where id <= 3';
    assert.deepEqual(await by(update), ['k town C2']);
  });

  test('a statement that finds no row is not captured', async () => {
    assert.deepEqual(await by('update town set size = 0 where id = -1'), []);
    assert.deepEqual(await by('delete from town where id = -1'), []);
    assert.deepEqual(await by('insert into town select * from town where false'), []);
  });

  test('columns without equality are compared by their image', async () => {
    const update = `update town set note = '{"a":2}', place = '(3,4)' where id in (3, 4)`;
    assert.deepEqual(await by(update), ['k town C3,C4']);
    assert.deepEqual(await by(`update town set note = '{"a":1}' where id = 1`), []);
  });

  test('several rows of one code are one code', async () => {
    assert.deepEqual(await by(`insert into town values (20, 'DUP'), (21, 'DUP'), (22, 'DUP')`), [
      'k town DUP',
    ]);
  });

  test('a null code is ignored, and leaving it or taking it names the other', async () => {
    assert.deepEqual(await by('insert into town values (30, null)'), []);
    assert.deepEqual(await by('insert into town values (31, null), (32, null)'), []);
    assert.deepEqual(await by(`update town set code = 'X' where id = 30`), ['k town X']);
    assert.deepEqual(await by('update town set code = null where id = 30'), ['k town X']);
    assert.deepEqual(await by('update town set size = 1 where code is null'), []);
    assert.deepEqual(await by('delete from town where code is null'), []);
  });

  test('COPY names every code', async () => {
    const client = await database.connect();
    await takeChanges(database);
    await pipeline(
      Readable.from(['40\tCOPY1\n', '41\tCOPY2\n']),
      client.query(copyFrom('copy town (id, code) from stdin')),
    );
    assert.deepEqual(await takeChanges(database), ['k town COPY1,COPY2']);
  });

  test('INSERT … ON CONFLICT names the inserted and the updated', async () => {
    const upsert = `insert into town values (50, 'INS'), (1, 'UPD')
      on conflict (id) do update set code = excluded.code`;
    assert.deepEqual((await by(upsert)).toSorted(), ['k town C1,UPD', 'k town INS']);
  });

  test('MERGE names the inserted, the updated and the deleted', async () => {
    const merge = `
      merge into town using (values (1, 5), (2, 0), (60, 7)) as wanted (id, size)
         on town.id = wanted.id
       when matched and wanted.size = 0 then delete
       when matched then update set size = wanted.size
       when not matched then insert (id, code, size) values (wanted.id, 'MERGED', wanted.size)`;
    assert.deepEqual((await by(merge)).toSorted(), ['k town C1', 'k town C2', 'k town MERGED']);
  });

  test('a CTE that writes is captured', async () => {
    const cte =
      'with written as (update town set size = 0 where id = 7 returning id) select * from written';
    assert.deepEqual(await by(cte), ['k town C7']);
  });

  test('what is rolled back leaves nothing, also to a savepoint', async () => {
    assert.deepEqual(await by('begin; update town set size = 0 where id = 8; rollback'), []);
    const half = `begin; update town set size = 0 where id = 8; savepoint here;
      update town set size = 0 where id = 9; rollback to here; commit`;
    assert.deepEqual(await by(half), ['k town C8']);
  });

  test('a trigger of the table itself that changes the row is seen', async () => {
    await database.query(`
      create function shout() returns trigger language plpgsql as
        'begin new.code := upper(new.code); return new; end';
      create trigger shout before insert on town for each row execute function shout();`);
    assert.deepEqual(await by(`insert into town values (70, 'low')`), ['k town LOW']);
    await database.query('drop trigger shout on town');
  });

  test('TRUNCATE flushes', async () => {
    assert.deepEqual(await by('truncate town'), ['f town']);
  });

  test('a replica session is captured too', async () => {
    const update = `set session_replication_role = replica; update town set size = 0 where id = 1;
      reset session_replication_role`;
    assert.deepEqual(await by(update), ['k town C1']);
  });

  test('VACUUM FULL and CLUSTER change no answer', async () => {
    await takeChanges(database);
    await database.query('vacuum full town');
    await database.query('cluster town using town_pkey');
    assert.deepEqual(await takeChanges(database), []);
  });
});
