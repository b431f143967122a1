// Events are folded at the commit: what savepoints, constraints, other transactions and the order
// of their locks do to them.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { createDatabase, type Database } from '../test/support/database.ts';
import { eventually } from '../test/support/eventually.ts';
import { describeEvent, eventsBy, takeEvents } from '../test/support/events.ts';
import { suiteScope } from '../test/support/scope.ts';

const [one, two] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
const drama = '6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0003';

describe('events at the commit', () => {
  const scope = suiteScope();
  let database: Database;
  const by = (sql: string) => eventsBy(database, sql);
  const waiting = async () => (await takeEvents(database)).map(describeEvent);

  beforeEach(async () => {
    database ??= await createDatabase(scope, { migrated: true });
    await database.query(`
      truncate movies cascade;
      insert into movies (id, title) values ('${one}', 'One'), ('${two}', 'Two');
      insert into movie_genres values ('${one}', '${drama}'), ('${two}', '${drama}');`);
    await database.query('truncate catalog.counter, catalog.outbox');
  });

  /** Two sessions, each in a transaction. */
  async function twoTransactions(): Promise<[pg.Client, pg.Client]> {
    const sessions: [pg.Client, pg.Client] = [await database.connect(), await database.connect()];
    for (const session of sessions) {
      await session.query('begin');
    }
    return sessions;
  }

  /** Begins a statement and waits until it waits for a lock; `done` is its end. */
  async function startBlocked(
    session: pg.Client,
    sql: string,
  ): Promise<{ done: Promise<unknown> }> {
    const { rows } = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
    const done = session.query(sql);
    done.catch(() => undefined);
    await eventually(
      async () => {
        const question = 'select cardinality(pg_blocking_pids($1)) > 0 as blocked';
        const [row] = await database.query<{ blocked: boolean }>(question, [rows[0]?.pid]);
        return row?.blocked === true || undefined;
      },
      { what: `${sql} to wait for a lock` },
    );
    return { done };
  }

  test('what a savepoint takes back was never done', async () => {
    const events = await by(`
      begin;
      savepoint a; update movies set title = 'Uno' where id = '${one}'; rollback to a;
      update movies set year = 1 where id = '${two}';
      savepoint b; delete from movies where id = '${two}'; rollback to b;
      savepoint c; update movies set year = 2 where id = '${two}'; release c;
      commit`);
    assert.deepEqual(events, ['updated Two 1']);
  });

  test('a caught error takes back only its own', async () => {
    const events = await by(`
      do $$ begin
        update movies set year = 1 where id = '${one}';
        begin
          delete from movies;
          raise 'no';
        exception when raise_exception then null;
        end;
      end $$`);
    assert.deepEqual(events, ['updated One 1']);
  });

  const moments: [title: string, sql: string][] = [
    [
      'before everything',
      `begin; set constraints all immediate;
       update movies set year = 1 where id = '${one}';
       update movies set year = 2 where id = '${one}'; commit`,
    ],
    [
      'between two statements',
      `begin; update movies set year = 1 where id = '${one}'; set constraints all immediate;
       update movies set year = 2 where id = '${one}'; commit`,
    ],
    [
      'after everything, twice',
      `begin; update movies set year = 1 where id = '${one}';
       update movies set year = 2 where id = '${one}';
       set constraints all immediate; set constraints all immediate; commit`,
    ],
    [
      'inside a function',
      `do $$ begin
         update movies set year = 1 where id = '${one}';
         set constraints all immediate;
         update movies set year = 2 where id = '${one}';
       end $$`,
    ],
    [
      'in a savepoint that is taken back',
      `begin; update movies set year = 1 where id = '${one}'; savepoint a;
       set constraints all immediate; update movies set year = 2 where id = '${two}';
       rollback to a; commit`,
    ],
  ];
  for (const [title, sql] of moments) {
    test(`SET CONSTRAINTS ALL IMMEDIATE ${title} still folds once, at the commit`, async () => {
      assert.deepEqual(await by(sql), ['updated One 1']);
      const left = await database.query('select from catalog.touched');
      assert.deepEqual(left, []);
    });
  }

  const echoes: [title: string, trigger: string][] = [
    ['at once', 'create trigger echo after update on movies'],
    ['at the commit', 'create constraint trigger echo after update on movies initially deferred'],
  ];
  for (const [title, trigger] of echoes) {
    test(`what a trigger of somebody else does ${title} is folded in`, async () => {
      await database.query(`
        create function echo() returns trigger language plpgsql as $$ begin
          update movies set duration = 1 where id = '${two}' and duration is null; return null;
        end $$;
        ${trigger} for each row execute function echo();`);
      try {
        const events = await by(`update movies set year = 1 where id = '${one}'`);
        assert.deepEqual(events, ['updated One 1', 'updated Two 1']);
      } finally {
        await database.query('drop function echo cascade');
      }
    });
  }

  test('a film’s events are in the order of its commits, whoever began first', async () => {
    const [first, second] = await twoTransactions();
    await first.query('select pg_current_xact_id()');
    await second.query(`update movies set title = 'Second' where id = '${one}'; commit`);
    await first.query(`update movies set title = 'First' where id = '${one}'; commit`);
    assert.deepEqual(await waiting(), ['updated Second 1', 'updated First 2']);
  });

  test('two transactions change one film: both are told of, one after the other', async () => {
    const [first, second] = await twoTransactions();
    await first.query(`update movies set title = 'First' where id = '${one}'`);
    const change = `update movies set title = 'Second' where id = '${one}'`;
    const { done } = await startBlocked(second, change);
    await first.query('commit');
    await done;
    await second.query('commit');
    assert.deepEqual(await waiting(), ['updated First 1', 'updated Second 2']);
  });

  test('a link changed meanwhile tells of the film that the other transaction left', async () => {
    await by(`update movies set year = 1 where id = '${one}'`);
    const [first, second] = await twoTransactions();
    await first.query(`update movies set title = 'Renamed' where id = '${one}'`);
    await first.query(`select from catalog.counter where film = '${one}' for update`);
    await second.query(`delete from movie_genres where movie_id = '${one}'`);
    const { done } = await startBlocked(second, 'commit');
    await first.query('commit');
    await done;
    assert.deepEqual(await waiting(), ['updated Renamed 2', 'updated Renamed 3']);
  });

  test('two that touch the same films in other orders do not wait for each other', async () => {
    await by('update movies set year = 1');
    const [first, second] = await twoTransactions();
    const unlink = (id: string) => `delete from movie_genres where movie_id = '${id}'`;
    await first.query(`update movies set title = 'Uno' where id = '${one}'; ${unlink(two)}`);
    await second.query(`update movies set title = 'Due' where id = '${two}'; ${unlink(one)}`);
    const third = await database.connect();
    await third.query(`begin; select from catalog.counter where film = '${one}' for update`);
    const commits = [await startBlocked(second, 'commit'), await startBlocked(first, 'commit')];
    await third.query('commit');
    await Promise.all(commits.map(({ done }) => done));
    assert.equal((await waiting()).length, 4);
  });

  test('a statement over many films tells of each', async () => {
    await database.query(`insert into movies (title) select 'Film' from generate_series(1, 5000)`);
    await database.query('truncate catalog.outbox');
    await database.query('update movies set year = 3, is_published = true');
    const [row] = await database.query(`
      select count(*), count(distinct aggregateid) as films, count(distinct id) as ids,
             bool_and(exists (select from movies where id::text = aggregateid)) as known
        from catalog.outbox`);
    assert.deepEqual(row, { count: '10004', films: '5002', ids: '10004', known: true });
  });
});
