// Who may do what: a writer needs no right on anything of ours, the listener and the API have what
// they need and nothing else, and nobody can make capture run their code.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { createDatabase, type Database } from '../test/support/database.ts';
import { takeChanges } from '../test/support/outbox.ts';
import { suiteScope } from '../test/support/scope.ts';

describe('privileges', () => {
  const scope = suiteScope();
  let database: Database;
  let role: string;

  let sessions = 0;

  /** A session of a login that is a member of this role only. */
  async function sessionOf(membership: string): Promise<pg.Client> {
    const login = `${role}_${(sessions += 1)}`;
    await database.query(`create role ${login}; grant ${membership} to ${login}`);
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

  const denied = { code: '42501' };

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
    role = database.name;
    await database.query(`
      create role ${role};
      grant select, insert, update, delete, truncate on city to ${role};
      insert into city (name, countrycode, population) values ('Dobric', 'BGR', 1);`);
    scope.after(async () => {
      await database.query(`drop owned by ${role}; drop role ${role}`);
    });
  });

  beforeEach(async () => {
    await takeChanges(database);
  });

  test('a role that may only write city is captured and may do nothing else', async () => {
    const session = await sessionOf(role);
    await session.query('update city set population = population + 1');
    assert.deepEqual(await takeChanges(database), ['k city BGR']);
    await assert.rejects(session.query('select from cache.outbox'), denied);
    await assert.rejects(session.query(`insert into cache.outbox (resource) values ('x')`), denied);
    await assert.rejects(session.query(`select cache.flush('city')`), denied);
    await assert.rejects(session.query(`select cache.read_changes('0', 1)`), denied);
  });

  test('a hostile search path and temporary tables change nothing', async () => {
    const session = await sessionOf(role);
    await session.query(`
      create temporary table outbox (resource text, codes text[]);
      create temporary table old_rows (id integer);
      create function pg_temp.array_remove(anyarray, anyelement) returns anyarray
        language plpgsql as $$ begin raise 'hijacked'; end $$;
      create function pg_temp.pg_notify(text, text) returns void
        language plpgsql as $$ begin raise 'hijacked'; end $$;
      set search_path = pg_temp, public, pg_catalog;
      update city set population = population + 1;`);
    assert.deepEqual(await takeChanges(database), ['k city BGR']);
    assert.deepEqual((await session.query('select from pg_temp.outbox')).rows, []);
  });

  test('the listener reads, deletes, inserts, renews and audits, and that is all', async () => {
    await database.query(`update genres set name = name || '!'`);
    const session = await sessionOf('cache_listener');
    const { rows } = await session.query(`select * from cache.read_changes('0', 10)`);
    assert.deepEqual(
      rows.map(({ resource, dependents }) => [resource, dependents]),
      [
        ['genre', []],
        ['genre_name', [{ resource: 'genre_list', codes: ['all'] }]],
      ],
    );
    const remove = 'select cache.delete_changes($1::tid[], $2::bigint[]) as deleted';
    const removed = await session.query(remove, [[rows[0]?.row_ctid], [rows[0]?.id]]);
    assert.deepEqual(removed.rows, [{ deleted: '1' }]);
    await session.query(`insert into cache.outbox (resource, codes) values ('city', '{BGR}')`);
    await session.query('select cache.renew_incarnation()');
    await session.query('select id from cache.current_incarnation');
    await session.query('select * from cache.audit()');
    await session.query('select cache.guard_installed()');

    await assert.rejects(session.query('select from cache.rule'), denied);
    await assert.rejects(session.query('update cache.outbox set codes = null'), denied);
    await assert.rejects(session.query('delete from cache.incarnation'), denied);
    await assert.rejects(session.query('select from movie_genres'), denied);
    await assert.rejects(session.query(`select cache.dependents__movie__genre_name('{}')`), denied);
    await assert.rejects(session.query(`select cache.unwatch('city', 'city')`), denied);
    await assert.rejects(session.query('create table cache.mine ()'), denied);
  });

  test('the API reads the incarnation and nothing else', async () => {
    await database.query('select cache.renew_incarnation()');
    const session = await sessionOf('cache_reader');
    const { rows } = await session.query('select id from cache.current_incarnation');
    assert.equal(rows.length, 1);
    await session.query('select id from cache.incarnation');
    await assert.rejects(session.query('select from cache.outbox'), denied);
    await assert.rejects(session.query('select cache.renew_incarnation()'), denied);
    await assert.rejects(session.query(`select cache.read_changes('0', 1)`), denied);
    await assert.rejects(session.query(`select cache.flush('city')`), denied);
  });

  test('no function of ours may be called by everybody', async () => {
    const open = await database.query(`
      select proname from pg_proc
       where pronamespace = 'cache'::regnamespace
         and has_function_privilege('public', oid, 'execute')`);
    assert.deepEqual(open, []);
  });

  test('every function of ours has a fixed search path, where it is not the caller’s', async () => {
    const loose = await database.query<{ name: string }>(`
      select proname as name from pg_proc
       where pronamespace = 'cache'::regnamespace
         and not coalesce(array_to_string(proconfig, ' ') like '%search_path%', false) order by 1`);
    assert.deepEqual(
      loose.map(({ name }) => name),
      ['build', 'build_dependents', 'check_query', 'depends', 'forget', 'unwatch', 'watch'],
    );
  });
});
