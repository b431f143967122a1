// One page from the database: its shape, and what becomes of a search that finds too much to sort.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { loadMovie } from '../../cache/loaders/movie.ts';
import { PostgresPool, type Query } from '../../platform/clients/postgres.ts';
import { createLogger } from '../../platform/logger.ts';
import { Secret } from '../../platform/secret.ts';
import { createDatabase } from '../../test/support/database.ts';
import { reverseScope } from '../../test/support/scope.ts';
import { listFilms } from './list-films.ts';
import { listParameters } from './list-parameters.ts';
import { listSessionSettings } from './list-session.ts';
import { moviePageSchema, movieSchema } from './schemas.ts';
import { foundMax } from './search-query.ts';

const filmId = '00000000-0000-4000-8000-000000000001';
const film = `
  insert into movies (id, title, rating, is_published) values ('${filmId}', 'A', 7.5, true);
  insert into movie_genres select '${filmId}', id from genres limit 2;
  insert into persons (id, full_name) values ('${filmId}', 'Ann');
  insert into movie_persons values ('${filmId}', '${filmId}', 'director');
`;

interface Title {
  title: string;
}

async function prepare(t: { after(cleanUp: () => Promise<void>): void }, rows: string) {
  const scope = reverseScope(t);
  const database = await createDatabase(scope, { migrated: true });
  await database.query(rows);
  const pool = new PostgresPool({
    url: new Secret(database.url),
    applicationName: 'lists',
    connectionsMax: 1,
    queryTimeoutMs: 60_000,
    statementTimeoutMs: 55_000,
    sessionSettings: listSessionSettings,
    logger: createLogger({ process: 'test', level: 'fatal' }),
  });
  scope.after(async () => pool.end());
  const asked: Query[] = [];
  const list = async (parameters: Record<string, string>) => {
    asked.length = 0;
    const counting = { query: async (query: Query) => (asked.push(query), pool.query(query)) };
    const { items, ...rest } = await listFilms(counting, listParameters.parse(parameters));
    return { ...rest, items, films: JSON.parse(items) as Title[] };
  };
  return { pool, list, asked };
}

test('what the database gives has exactly the documented shapes', async (t) => {
  const { pool, list } = await prepare(t, film);
  const { text, incarnation } = await loadMovie(pool, filmId);
  assert.equal(incarnation, null, 'no listener has given this database one');
  const shown = movieSchema.strict().parse(JSON.parse(text));
  assert.equal(text, JSON.stringify(shown), 'compact, in the documented order');
  assert.equal(shown.rating, 7.5);

  for (const parameters of [{}, { query: 'a' }, { query: 'ann' }, { query: 'annn' }]) {
    const { total, items, films } = await list(parameters);
    const listed = z.array(moviePageSchema.shape.items.element.strict()).parse(films);
    assert.deepEqual([total, listed.length], [1, 1]);
    assert.equal(items, JSON.stringify(listed));
  }
});

test('a search without any word asks nothing and finds nothing', async (t) => {
  const { list, asked } = await prepare(t, film);
  assert.deepEqual((await list({ query: '.*' })).films, []);
  assert.equal(asked.length, 0);
  assert.equal((await list({ query: ' ' })).total, 1, 'blanks are no search');
});

const tooMany = `
  insert into persons (id, full_name) values ('${filmId}', 'Zoe Zebra');
  insert into movies (title, rating, votes, is_published)
    select 'Number ' || to_char(n, 'FM00000'), 5, n, n <> 7
      from generate_series(1, ${foundMax + 2}) as n;
  insert into movies (id, title, rating, votes, is_published)
    values ('${filmId}', 'By a person', 5, 999999, true);
  insert into movie_persons values ('${filmId}', '${filmId}', 'director');
`;

test('a search that finds more than is counted says so, and is sorted all the same', async (t) => {
  const { list, asked } = await prepare(t, tooMany);
  const first = await list({ query: 'numb', sort: 'title', size: '2' });
  assert.deepEqual([first.total, first.capped], [foundMax, true]);
  assert.deepEqual(
    first.films.map(({ title }) => title),
    ['Number 00001', 'Number 00002'],
  );
  assert.equal(asked.length, 2, 'once to find, once to walk');

  const last = await list({ query: 'numb', sort: '-title', size: '100', page: '50' });
  assert.equal(last.films.length, 100);
  assert.equal(last.films.at(-1)?.title, 'Number 00002');

  const beyond = await list({ query: 'numb', sort: 'title', size: '100', page: '51' });
  assert.deepEqual([beyond.total, beyond.capped, beyond.films], [foundMax, true, []]);
  assert.equal(asked.length, 1, 'nothing is walked for nobody');
});

test('the popular ones come first in such a search, and misspelt it finds the same', async (t) => {
  const { list } = await prepare(t, tooMany);
  for (const query of ['number', 'numbre']) {
    const { films, capped } = await list({ query, size: '2' });
    assert.equal(capped, true);
    // All are rated 5, below the mean: with more votes they are less popular.
    assert.deepEqual(
      films.map(({ title }) => title),
      ['Number 00001', 'Number 00002'],
    );
  }
});

test('as many as are counted are not too many', async (t) => {
  const { list } = await prepare(t, `${tooMany}; delete from movies where title > 'Number 05001'`);
  const all = await list({ query: 'number', size: '1' });
  assert.deepEqual([all.total, all.capped], [foundMax, false]);
});
