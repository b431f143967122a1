// Which answers each change of the catalog makes void: read as the listener reads it, so that what
// the triggers name and what dependencies add are seen together.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { createDatabase, type Database } from '../test/support/database.ts';
import { suiteScope } from '../test/support/scope.ts';

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const [film, otherFilm, lonelyFilm] = [id(1), id(2), id(3)];
const [genre, otherGenre, emptyGenre] = [id(11), id(12), id(13)];
const [person, otherPerson] = [id(21), id(22)];

const rows = `
  truncate movies, genres, persons cascade;
  insert into movies (id, title, is_published)
    values ('${film}', 'One', true), ('${otherFilm}', 'Two', true),
      ('${lonelyFilm}', 'Three', false);
  insert into genres (id, name)
    values ('${genre}', 'A'), ('${otherGenre}', 'B'), ('${emptyGenre}', 'C');
  insert into persons (id, full_name) values ('${person}', 'Ann'), ('${otherPerson}', 'Bob');
  insert into movie_genres values ('${film}', '${genre}'), ('${otherFilm}', '${otherGenre}');
  insert into movie_persons
    values ('${film}', '${person}', 'cast'), ('${otherFilm}', '${otherPerson}', 'cast');
  delete from cache.outbox;`;

interface Change {
  id: string | null;
  resource: string;
  codes: string[] | null;
  dependents: { resource: string; codes?: string[]; flush?: true; fault?: string }[];
}

describe('a change of the catalog', () => {
  const scope = suiteScope();
  let database: Database;

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
  });

  beforeEach(async () => {
    await database.query(rows);
  });

  /** The entries that the changes make void, as "movie 1", or "movie *" for all of them. */
  async function voidBy(sql: string): Promise<string[]> {
    await database.query(sql);
    const changes = (
      await database.query<Change>(
        `select id, resource, codes, dependents from cache.read_changes('0', 1000)`,
      )
    ).filter((change) => change.id !== null);
    const named = changes.flatMap(({ resource, codes, dependents }) => [
      ...(codes ?? ['*']).map((code) => `${resource} ${code}`),
      ...dependents.flatMap((dependent) => {
        assert.equal(dependent.fault, undefined);
        const of = dependent.flush ? ['*'] : (dependent.codes ?? []);
        return of.map((code) => `${dependent.resource} ${code}`);
      }),
    ]);
    const flushed = new Set(named.filter((name) => name.endsWith(' *')));
    const entries = named.filter(
      (name) =>
        !/_name /.test(name) && (flushed.has(name) || !flushed.has(`${name.split(' ')[0]} *`)),
    );
    return [...new Set(entries)]
      .map((name) => name.replace(/ 0.*-0*([1-9]\d*)$/, ' $1'))
      .toSorted();
  }

  const ofTheFilm = ['genre 11', 'movie 1', 'movies_popular all', 'person 21'];

  for (const [what, sql] of [
    ['a new rating', `update movies set rating = 9 where id = '${film}'`],
    ['an unpublish', `update movies set is_published = false where id = '${film}'`],
    ['its removal', `delete from movies where id = '${film}'`],
    ['an update of its links that changes nothing', 'update movie_genres set genre_id = genre_id'],
  ] as const) {
    const expected = what.includes('nothing') ? [] : ofTheFilm;
    test(`of a film, ${what}: the film, its genres and people, the popular films`, async () => {
      assert.deepEqual(await voidBy(sql), expected);
    });
  }

  test('a new film is known to nobody but the popular films', async () => {
    assert.deepEqual(await voidBy(`insert into movies (id, title) values ('${id(4)}', 'New')`), [
      'movie 4',
      'movies_popular all',
    ]);
  });

  test('a new link: the film and both ends', async () => {
    const link = `insert into movie_genres values ('${lonelyFilm}', '${emptyGenre}')`;
    assert.deepEqual(await voidBy(link), ['genre 13', 'movie 3', 'movies_popular all']);
  });

  test('a link that goes: also the genre that does not show the film any more', async () => {
    const unlink = `delete from movie_genres where movie_id = '${film}'`;
    assert.deepEqual(await voidBy(unlink), ofTheFilm);
  });

  test('a link that is turned to another genre, or another film: old and new', async () => {
    const turned = `update movie_genres set genre_id = '${emptyGenre}' where movie_id = '${film}'`;
    assert.deepEqual(await voidBy(turned), [...ofTheFilm, 'genre 13'].toSorted());
    await database.query(rows);
    const handed = `update movie_persons set movie_id = '${lonelyFilm}'
      where person_id = '${person}'`;
    assert.deepEqual(await voidBy(handed), [...ofTheFilm, 'movie 3'].toSorted());
  });

  test('a role: the film and the person', async () => {
    const recast = `update movie_persons set role = 'director' where person_id = '${person}'`;
    assert.deepEqual(await voidBy(recast), ofTheFilm);
  });

  test('a renamed genre: itself, the list, its films, and no other genre', async () => {
    assert.deepEqual(await voidBy(`update genres set name = 'New' where id = '${genre}'`), [
      'genre 11',
      'genre_list all',
      'movie 1',
    ]);
  });

  test('a person’s name or photo: the person and their films', async () => {
    const renamed = `update persons set full_name = 'New' where id = '${person}'`;
    assert.deepEqual(await voidBy(renamed), ['movie 1', 'person 21']);
    await database.query(rows);
    const pictured = `update persons set photo_url = '/image/a.jpg' where id = '${person}'`;
    assert.deepEqual(await voidBy(pictured), ['movie 1', 'person 21']);
  });

  test('a removed genre: itself, the list, and what its films show', async () => {
    assert.deepEqual(await voidBy(`delete from genres where id = '${genre}'`), [
      ...['genre 11', 'genre_list all', 'movie 1', 'movies_popular all', 'person 21'],
    ]);
  });

  test('a removed person: themselves, and what their films show', async () => {
    assert.deepEqual(await voidBy(`delete from persons where id = '${person}'`), ofTheFilm);
  });

  test('a new genre or person: itself, and for a genre the list', async () => {
    assert.deepEqual(await voidBy(`insert into genres values ('${id(14)}', 'D')`), [
      'genre 14',
      'genre_list all',
    ]);
    await database.query(rows);
    const arrives = `insert into persons (id, full_name) values ('${id(24)}', 'New')`;
    assert.deepEqual(await voidBy(arrives), ['person 24']);
  });

  const everyFilm = ['genre *', 'movie *', 'movies_popular *', 'person *'];
  for (const [table, expected] of [
    ['movies', everyFilm],
    ['movie_genres', everyFilm],
    ['movie_persons', everyFilm],
    ['genres', [...everyFilm, 'genre_list *'].toSorted()],
    ['persons', everyFilm],
  ] as const) {
    test(`TRUNCATE ${table} flushes whatever shows its rows`, async () => {
      assert.deepEqual(await voidBy(`truncate ${table} cascade`), expected);
    });
  }

  test('a flush of the films flushes what shows films', async () => {
    assert.deepEqual(await voidBy(`select cache.flush('movie')`), everyFilm);
  });

  test('every dependency is answered by an index', async () => {
    await database.query(`
      insert into movies (title) select 'Film ' || n from generate_series(1, 3000) as n;
      insert into persons (full_name) select 'P ' || n from generate_series(1, 1000) as n;
      insert into movie_genres select movies.id, '${genre}' from movies where title like 'Film%';
      insert into movie_persons
        select movies.id, persons.id, 'cast' from movies, persons
         where title = 'Film ' || substr(full_name, 3);
      analyze movies, movie_genres, movie_persons`);
    const dependencies = await database.query<{ name: string; query: string }>(
      `select resource || ' on ' || on_resource as name, query from cache.dependency`,
    );
    assert.equal(dependencies.length, 6);
    for (const { name, query } of dependencies) {
      const plan = await database.query<{ 'QUERY PLAN': string }>(
        `explain ${query.replaceAll('$1', `'{${lonelyFilm}}'`)}`,
      );
      const text = plan.map((line) => line['QUERY PLAN']).join('\n');
      assert.doesNotMatch(text, /Seq Scan/, `${name}:\n${text}`);
    }
  });
});
