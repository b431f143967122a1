// cache.depends: whose answers show a changed row is asked when both are visible, and whatever goes
// wrong with the question becomes a flush.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { createDatabase, type Database } from '../test/support/database.ts';
import { eventually } from '../test/support/eventually.ts';
import { takeChanges } from '../test/support/outbox.ts';
import { suiteScope } from '../test/support/scope.ts';

const film = (n: number) => `${String(n).repeat(8)}-0000-4000-8000-000000000000`;
const drama = '6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0003';
const horror = '6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0004';

const personQuery = 'select movie_id from movie_persons where person_id = any ($1::uuid[])';
const genreQuery = 'select movie_id from movie_genres where genre_id = any ($1::uuid[])';

interface Dependent {
  resource: string;
  codes?: string[];
  flush?: boolean;
  fault?: string;
}

function inOrder(dependents: Dependent[]): Dependent[] {
  return dependents.map((entry) =>
    entry.codes === undefined ? entry : { ...entry, codes: entry.codes.toSorted() },
  );
}

describe('dependents', () => {
  const scope = suiteScope();
  let database: Database;

  /** The dependents of each change that is visible now. */
  async function dependents(): Promise<Dependent[][]> {
    const rows = await database.query<{ id: string | null; dependents: Dependent[] }>(
      `select id, dependents from cache.read_changes('0', 1000)`,
    );
    return rows.filter(({ id }) => id !== null).map((row) => inOrder(row.dependents));
  }

  async function refused(sql: string, message: RegExp, hint?: RegExp): Promise<void> {
    await assert.rejects(database.query(sql), { message, ...(hint === undefined ? {} : { hint }) });
  }

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
    // What the films show by name, and nothing else of the catalog.
    await database.query(`
      select cache.undepend('genre', 'movie'), cache.undepend('person', 'movie'),
        cache.undepend('movies_popular', 'movie'), cache.undepend('genre_list', 'genre_name'),
        cache.forget('genres', 'genre'), cache.forget('movie_genres', 'genre'),
        cache.forget('persons', 'person'), cache.forget('movie_persons', 'person')`);
  });

  beforeEach(async () => {
    await database.query(`
      truncate movies cascade;
      insert into movies (id, title) values ('${film(1)}', 'One'), ('${film(2)}', 'Two');
      insert into movie_genres values
        ('${film(1)}', '${drama}'), ('${film(2)}', '${drama}'), ('${film(2)}', '${horror}');
      select cache.depends('movie', on_resource => 'genre_name', query => '${genreQuery}');
      select cache.depends('movie', on_resource => 'person_name', query => '${personQuery}');`);
    await takeChanges(database);
  });

  test('a renamed genre names its films, once each', async () => {
    await database.query(`update genres set name = name || '!' where id = '${horror}'`);
    await database.query(
      `update genres set name = name || '!' where id in ('${horror}', '${drama}')`,
    );
    assert.deepEqual(await dependents(), [
      [{ resource: 'movie', codes: [film(2)] }],
      [{ resource: 'movie', codes: [film(1), film(2)] }],
    ]);
  });

  test('a renamed person names its films', async () => {
    await database.query(`
      insert into persons (id, full_name) values ('${film(7)}', 'Someone');
      insert into movie_persons values ('${film(1)}', '${film(7)}', 'cast'),
        ('${film(1)}', '${film(7)}', 'director')`);
    await takeChanges(database);
    await database.query(`update persons set full_name = 'Else'`);
    assert.deepEqual(await dependents(), [[{ resource: 'movie', codes: [film(1)] }]]);
  });

  test('a change that nothing shows, or of a resource without dependents, has none', async () => {
    await database.query(`insert into genres (name) values ('New ' || gen_random_uuid());
      update movies set title = title || '!'`);
    assert.deepEqual(await dependents(), [[], []]);
  });

  // A genre's name is unique, so that its update locks out new links; a person's is not.
  describe('while a person is renamed', () => {
    const rename = `update persons set full_name = full_name || '?'`;
    const link = `insert into movie_persons values ('${film(1)}', '${film(7)}', 'cast')`;

    beforeEach(async () => {
      await database.query(`
        truncate persons cascade;
        insert into persons (id, full_name) values ('${film(7)}', 'Someone');
        insert into movie_persons values ('${film(2)}', '${film(7)}', 'cast');
        delete from cache.outbox`);
    });

    test('a link that is committed meanwhile is among the films', async () => {
      const renaming = await database.connect();
      await renaming.query(`begin; ${rename}`);
      await database.query(link);
      await renaming.query('commit');
      const [renamed, linked] = await dependents();
      assert.deepEqual(renamed, [{ resource: 'movie', codes: [film(1), film(2)] }]);
      assert.deepEqual(linked, []);
    });

    test('a link that is committed after the rename was read names its film itself', async () => {
      const linking = await database.connect();
      await linking.query(`begin; ${link}`);
      await database.query(rename);
      assert.deepEqual(await dependents(), [[{ resource: 'movie', codes: [film(2)] }]]);
      await takeChanges(database, 'person_name');
      await linking.query('commit');
      assert.deepEqual(await takeChanges(database), [`k movie ${film(1)}`]);
    });
  });

  test('a link that goes away while the read is under way is still seen', async () => {
    const [reader, gate] = [await database.connect(), await database.connect()];
    await database.query(`
      create or replace function at_the_gate() returns boolean language plpgsql as $$
      begin
        while not pg_try_advisory_lock_shared(77) loop perform pg_sleep(0.01); end loop;
        return pg_advisory_unlock_shared(77);
      end $$;
      select cache.depends('movie', 'person_name', 'select gen_random_uuid() where at_the_gate()');
      delete from cache.outbox;
      insert into persons (full_name) values ('First');`);
    await database.query(`update genres set name = name || '!' where id = '${horror}'`);
    await gate.query('select pg_advisory_lock(77)');
    await reader.query(`set application_name = 'at the gate'`);
    const reading = reader.query(`select resource, dependents from cache.read_changes('0', 10)`);
    await eventually(
      async () => {
        const asleep = await database.query(
          `select from pg_stat_activity
            where application_name = 'at the gate' and wait_event = 'PgSleep'`,
        );
        return asleep.length === 1 ? true : undefined;
      },
      { what: 'the read to stand between its first and its second query' },
    );
    await database.query('delete from movie_genres');
    await gate.query('select pg_advisory_unlock(77)');
    const { rows } = await reading;
    assert.deepEqual(rows[1], {
      resource: 'genre_name',
      dependents: [{ resource: 'movie', codes: [film(2)] }],
    });
  });

  test('a flush of the source flushes the dependent', async () => {
    await database.query(`select cache.flush('genre_name')`);
    assert.deepEqual(await dependents(), [[{ resource: 'movie', flush: true }]]);
  });

  test('more dependents than the limit are a flush', async () => {
    await database.query(`
      select cache.depends('movie', 'genre_name', '${genreQuery}', flush_over => 1)`);
    await takeChanges(database);
    await database.query(`update genres set name = name || '.' where id = '${horror}';
      update genres set name = name || '.' where id = '${drama}'`);
    assert.deepEqual(await dependents(), [
      [{ resource: 'movie', codes: [film(2)] }],
      [{ resource: 'movie', flush: true }],
    ]);
  });

  test('a query that fails flushes, says why, and is not tried again for every row', async () => {
    await database.query('alter table movie_genres rename column genre_id to kind');
    await takeChanges(database);
    await database.query(`update genres set name = name || '.' where id = '${horror}';
      update genres set name = name || '.' where id = '${drama}'`);
    const fault = '42703: column "genre_id" does not exist';
    assert.deepEqual(await dependents(), [
      [{ resource: 'movie', flush: true, fault }],
      [{ resource: 'movie', flush: true }],
    ]);
    await database.query('alter table movie_genres rename column kind to genre_id');
  });

  test('a code that is no code of the query flushes', async () => {
    await database.query(`select cache.invalidate('genre_name', '{not-a-uuid}')`);
    const [[first] = []] = await dependents();
    assert.equal(first?.flush, true);
    assert.match(first?.fault ?? '', /^22P02: /);
  });

  test('a query that waits for a lock flushes soon', async () => {
    await database.query(`update genres set name = name || '.' where id = '${horror}'`);
    const other = await database.connect();
    await other.query('begin; lock table movie_genres in access exclusive mode');
    const [[first] = []] = await dependents();
    assert.equal(first?.flush, true);
    assert.match(first?.fault ?? '', /^55P03: .*lock timeout/);
    await other.query('rollback');
  });

  test('a query that is cancelled flushes', async () => {
    await database.query(`
      create function slow() returns integer language sql volatile as 'select 1 from pg_sleep(60)';
      select cache.depends('movie', 'genre_name',
        'select movie_id from movie_genres where genre_id = any ($1::uuid[]) and slow() = 1');
      delete from cache.outbox;
      update genres set name = name || '.' where id = '${horror}'`);
    const reader = await database.connect();
    await reader.query('set statement_timeout = 100');
    const { rows } = await reader.query(`select dependents from cache.read_changes('0', 10)`);
    assert.match(JSON.stringify(rows), /"flush":true/);
    assert.match(JSON.stringify(rows), /57014: /);
  });

  test('a read that takes long flushes what is left', async () => {
    await database.query(`
      create function long_look() returns integer language sql volatile as
        'select 1 from pg_sleep(1.1)';
      select cache.depends('movie', 'genre_name',
        'select movie_id from movie_genres where genre_id = any ($1::uuid[]) and long_look() = 1');
      delete from cache.outbox`);
    for (const id of [horror, horror, horror]) {
      await database.query(`update genres set name = name || '.' where id = '${id}'`);
    }
    const flush = [{ resource: 'movie', flush: true }];
    assert.deepEqual(await dependents(), [[{ resource: 'movie', codes: [film(2)] }], flush, flush]);
  });

  test('a wrapper that is gone flushes', async () => {
    await database.query(`drop function cache.dependents__movie__genre_name;
      update genres set name = name || '.' where id = '${horror}'`);
    const [[first] = []] = await dependents();
    assert.equal(first?.flush, true);
    assert.match(first?.fault ?? '', /^42883: /);
  });

  test('refuses a query that does not work, saying what one looks like', async () => {
    const depends = (query: string) => `select cache.depends('movie', 'genre_name', $$${query}$$)`;
    const example = /one select of one column.*for example: select movie_id/;
    await refused(depends('selekt 1'), /does not work: syntax error/, example);
    await refused(depends('select x from nowhere'), /"nowhere" does not exist/, example);
    await refused(depends('select movie_id, genre_id from movie_genres'), /one column/, example);
    await refused(depends('select $1::uuid[] || movie_id from movie_genres where x'), /x/, example);
    await refused(depends('delete from movie_genres returning movie_id'), /syntax error/, example);
    const writes = 'with gone as (delete from movies returning id) select id from gone';
    await refused(depends(writes), /data-modifying/, example);
    assert.equal((await database.query('select from movies')).length, 2);
  });

  test('refuses unknown resources and itself', async () => {
    const known = /Known: city, genre_name, movie, person_name/;
    await refused(`select cache.depends('movie', 'gnre', 'select')`, /no resource "gnre"/, known);
    await refused(`select cache.depends('movie', 'movie', 'select')`, /on itself/, /cache.watch/);
    await refused(`select cache.depends('Film', 'movie', 'select')`, /can not name/, /lower-case/);
  });

  test('a trailing semicolon or comment does no harm, and declaring again replaces', async () => {
    await database.query(`
      select cache.depends('movie', 'genre_name', $$${genreQuery} -- every film of it; $$);
      select cache.depends('movie', 'genre_name', $$${genreQuery} ;$$);
      delete from cache.outbox; update genres set name = name || '.' where id = '${horror}'`);
    assert.deepEqual(await dependents(), [[{ resource: 'movie', codes: [film(2)] }]]);
  });

  test('undepend ends it with a flush', async () => {
    await database.query(`select cache.undepend('movie', 'genre_name')`);
    assert.deepEqual(await takeChanges(database), ['f movie']);
    await database.query(`update genres set name = name || '.' where id = '${horror}'`);
    assert.deepEqual(await dependents(), [[]]);
    await refused(
      `select cache.undepend('movie', 'genre_name')`,
      /does not depend on "genre_name"/,
    );
  });

  test('a resource may be made of others alone, until it depends on none', async () => {
    await database.query(`
      select cache.depends('newest', 'movie', $$select 'all' where $1::text[] <> '{}'$$)`);
    assert.deepEqual(await takeChanges(database), ['f newest']);
    assert.deepEqual(await database.query(`select * from cache.audit('{newest}')`), []);
    await database.query(`update movies set title = title || '!' where id = '${film(1)}'`);
    assert.deepEqual(await dependents(), [[{ resource: 'newest', codes: ['all'] }]]);
    await takeChanges(database);
    await database.query(`select cache.undepend('newest', 'movie')`);
    assert.deepEqual(await takeChanges(database), ['f newest']);
    await refused(`select cache.flush('newest')`, /no resource "newest"/);
  });
});
