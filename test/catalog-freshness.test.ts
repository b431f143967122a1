// Somebody changes rows by SQL: every cached answer of the catalog that shows them follows, through
// the real pipeline, and no route has any part in it.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { suiteScope } from './support/scope.ts';

const id = (last: number) => `00000000-0000-4000-8000-${String(last).padStart(12, '0')}`;
const [film, genre, person] = [id(1), id(11), id(21)];

const paths = {
  film: `/movies/${film}`,
  popular: '/movies/popular',
  genre: `/genres/${genre}/movies`,
  otherGenre: `/genres/${id(12)}/movies`,
  genres: '/genres',
  person: `/persons/${person}`,
  otherPerson: `/persons/${id(22)}`,
};

type Name = keyof typeof paths;

const rows = `
  truncate movies, genres, persons cascade;
  insert into movies (id, title, rating, is_published)
    values ('${film}', 'One', 7, true), ('${id(2)}', 'Two', 8, true);
  insert into genres (id, name) values ('${genre}', 'Drama'), ('${id(12)}', 'Opera');
  insert into persons (id, full_name) values ('${person}', 'Ann'), ('${id(22)}', 'Bob');
  insert into movie_genres values ('${film}', '${genre}'), ('${id(2)}', '${id(12)}');
  insert into movie_persons
    values ('${film}', '${person}', 'cast'), ('${id(2)}', '${id(22)}', 'cast')`;

describe('after a change by SQL', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;

  before(async () => {
    pipeline = await startPipeline(scope);
  });

  beforeEach(async () => {
    await pipeline.sql(rows);
    await pipeline.waitUntilApplied();
    for (const path of Object.values(paths)) {
      await pipeline.warm(path);
    }
  });

  /** Each answer named shows the text, or no longer does. */
  async function follows(shown: Partial<Record<Name, [text: string, isShown: boolean]>>) {
    for (const [name, [text, isShown]] of Object.entries(shown)) {
      await eventually(
        async () => {
          const answer = JSON.stringify((await pipeline.get(paths[name as Name])).data ?? null);
          return answer.includes(text) === isShown ? true : undefined;
        },
        { what: `${name} ${isShown ? 'to show' : 'not to show'} ${text}` },
      );
    }
  }

  /** Their entries have nothing to do with it, and outlive it. */
  async function stayCached(...names: Name[]): Promise<void> {
    await pipeline.waitUntilApplied();
    for (const name of names) {
      assert.equal((await pipeline.get(paths[name])).source, 'cache', name);
    }
  }

  test('a film that is renamed has its new title everywhere', async () => {
    await pipeline.sql(`update movies set title = 'Renamed' where id = '${film}'`);
    const renamed = ['Renamed', true] as [string, boolean];
    await follows({ film: renamed, popular: renamed, genre: renamed, person: renamed });
    await stayCached('otherGenre', 'otherPerson', 'genres');
  });

  test('a film that is unpublished is nowhere, and comes back', async () => {
    await pipeline.sql(`update movies set is_published = false where id = '${film}'`);
    const gone = [film, false] as [string, boolean];
    await follows({ film: gone, popular: gone, genre: gone, person: gone });
    await pipeline.sql(`update movies set is_published = true where id = '${film}'`);
    const back = [film, true] as [string, boolean];
    await follows({ film: back, popular: back, genre: back, person: back });
  });

  test('a film that many rate well becomes the most popular', async () => {
    await pipeline.sql(`update movies set rating = 9, votes = 1000000 where id = '${film}'`);
    await follows({ popular: ['"title":"One","description":null,"year":null,"rating":9,', true] });
  });

  test('a genre that is renamed has its new name in the list and in its films', async () => {
    await pipeline.sql(`update genres set name = 'Tragedy' where id = '${genre}'`);
    const renamed = ['Tragedy', true] as [string, boolean];
    await follows({ film: renamed, genre: renamed, genres: renamed });
    await stayCached('otherGenre', 'person', 'otherPerson', 'popular');
  });

  test('a genre that is removed is not there, and not in its films', async () => {
    await pipeline.sql(`delete from genres where id = '${genre}'`);
    const gone = ['Drama', false] as [string, boolean];
    await follows({ film: gone, genre: gone, genres: gone });
  });

  test('a person who is removed is not there, and not in their films', async () => {
    await pipeline.sql(`delete from persons where id = '${person}'`);
    const gone = ['Ann', false] as [string, boolean];
    await follows({ film: gone, person: gone });
    await stayCached('otherGenre', 'otherPerson', 'genres');
  });

  test('a person who is renamed, or pictured, is so in their films', async () => {
    await pipeline.sql(`update persons set full_name = 'Anna', photo_url = '/image/a.jpg'`);
    const renamed = ['"full_name":"Anna","photo_url":"/image/a.jpg"', true] as [string, boolean];
    await follows({ film: renamed, person: renamed, otherPerson: renamed });
  });

  test('a film that is linked anew is with both ends', async () => {
    await pipeline.sql(`
      update movie_genres set genre_id = '${id(12)}' where movie_id = '${film}';
      update movie_persons set person_id = '${id(22)}', role = 'director'
        where movie_id = '${film}'`);
    await follows({
      genre: [film, false],
      otherGenre: [film, true],
      person: [film, false],
      otherPerson: ['"roles":["director"]', true],
      film: ['Opera', true],
    });
  });

  test('nothing is left of what TRUNCATE took away', async () => {
    await pipeline.sql('truncate movies, genres, persons cascade');
    await follows({
      film: ['One', false],
      popular: ['One', false],
      genre: ['Drama', false],
      genres: ['Drama', false],
      person: ['Ann', false],
    });
  });
});
