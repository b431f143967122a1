// Who may do what in the schema catalog, and what its audit finds.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createDatabase, type Database } from '../test/support/database.ts';
import { describeEvent, takeEvents } from '../test/support/events.ts';
import { suiteScope } from '../test/support/scope.ts';

describe('the schema catalog', () => {
  const scope = suiteScope();
  let database: Database;

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
  });

  const denied = { code: '42501' };

  async function sessionOf(login: string, grants: string) {
    await database.query(`create role ${login}; ${grants}`);
    scope.after(async () => {
      await database.query(`drop owned by ${login}; drop role ${login}`);
    });
    const session = await database.connect();
    scope.after(async () => {
      await session.end();
    });
    await session.query(`set session authorization ${login}`);
    return session;
  }

  test('who may only write films emits all the same, whatever the search path', async () => {
    const login = `${database.name}_writer`;
    const session = await sessionOf(
      login,
      `grant select, insert, update, delete, truncate on movies to ${login}`,
    );
    await session.query(`
      create temporary table touched (film uuid); create temporary table old_rows (id integer);
      set search_path = pg_temp, public, pg_catalog;
      insert into public.movies (title) values ('Mine');
      update public.movies set title = 'Yours' where title = 'Mine';`);
    assert.deepEqual((await takeEvents(database)).map(describeEvent), ['created Yours 1']);
    for (const sql of [
      'select from catalog.outbox',
      `insert into catalog.touched (film, changed) values (gen_random_uuid(), true)`,
      'select catalog.fold()',
      'select * from catalog.audit()',
      'set constraints catalog.settle deferred; select from catalog.counter',
    ]) {
      await assert.rejects(session.query(sql), denied, sql);
    }
  });

  test('the listener reads, deletes and audits, and that is all', async () => {
    await database.query(`insert into movies (title) values ('New')`);
    const login = `${database.name}_listener`;
    const session = await sessionOf(login, `grant cache_listener to ${login}`);
    assert.ok((await session.query('select * from catalog.outbox')).rowCount);
    await session.query('delete from catalog.outbox');
    assert.deepEqual((await session.query('select * from catalog.audit()')).rows, []);
    for (const sql of [
      'update catalog.outbox set sequence = 1',
      `insert into catalog.outbox (aggregateid, type, payload, sequence) values ('', '', '{}', 1)`,
      'select from catalog.touched',
      'select from catalog.counter',
    ]) {
      await assert.rejects(session.query(sql), denied, sql);
    }
  });

  test('no function of it may be called by everybody', async () => {
    const open = await database.query(`
      select proname from pg_proc
       where pronamespace = 'catalog'::regnamespace
         and has_function_privilege('public', oid, 'execute')`);
    assert.deepEqual(open, []);
  });

  describe('the audit', () => {
    const findings: [title: string, fault: string, repair: string, found: RegExp][] = [
      [
        'a disabled trigger',
        'alter table movies disable trigger zz_catalog_update',
        'alter table movies enable always trigger zz_catalog_update',
        /^public\.movies trigger zz_catalog_update is disabled$/,
      ],
      [
        'a trigger that replica sessions pass by',
        'alter table movie_genres enable trigger zz_catalog_truncate',
        'alter table movie_genres enable always trigger zz_catalog_truncate',
        /^public\.movie_genres trigger zz_catalog_truncate is not ENABLE ALWAYS$/,
      ],
      [
        'a trigger that is gone',
        'alter trigger zz_catalog_delete on movie_persons rename to other',
        'alter trigger other on movie_persons rename to zz_catalog_delete',
        /^public\.movie_persons trigger zz_catalog_delete is missing or another$/,
      ],
      [
        'a table that is gone',
        'alter table movie_persons rename to elsewhere',
        'alter table elsewhere rename to movie_persons',
        /^public\.movie_persons the table is gone$/,
      ],
      [
        'a fold that is switched off',
        'alter table catalog.touched disable trigger settle',
        'alter table catalog.touched enable always trigger settle',
        /^catalog\.touched trigger settle is disabled$/,
      ],
      [
        'films that were touched without an event',
        `alter table catalog.touched disable trigger settle;
         update movies set year = 1;
         alter table catalog.touched enable always trigger settle`,
        'delete from catalog.touched',
        /^catalog\.touched films were touched, and nothing was emitted$/,
      ],
    ];
    for (const [title, fault, repair, found] of findings) {
      test(`finds ${title}, and nothing after the repair`, async () => {
        await database.query(fault);
        const rows = await database.query<{ finding: string }>(
          `select concat_ws(' ', rel, problem) as finding from catalog.audit()`,
        );
        await database.query(repair);
        assert.match(rows[0]?.finding ?? '', found);
        assert.deepEqual(await database.query('select * from catalog.audit()'), []);
      });
    }
  });
});
