// The lists of the catalog that are cached: popular films, genres, the films of a genre and of a
// person. Published films only, in the shapes that were promised.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { assertProblem, toProblemAnswer } from './support/problem.ts';
import { suiteScope } from './support/scope.ts';

const id = (last: number) => `00000000-0000-4000-8000-${String(last).padStart(12, '0')}`;
const [drama, empty] = [id(11), id(12)];
const [ann, bob] = [id(21), id(22)];

/** Film 1 to 45, each older than the one before; the last is not published. */
const rows = `
  delete from genres;
  insert into movies (id, title, year, rating, votes, is_published, created_at, updated_at)
    select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Film ' || n, 2000 - n,
           5.5, 1000 * n, n <> 45, '2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z'
      from generate_series(1, 45) as n;
  insert into genres (id, name) values ('${drama}', 'Drama'), ('${empty}', 'Art');
  insert into persons (id, full_name, photo_url)
    values ('${ann}', 'Ann', '/image/ann.jpg'), ('${bob}', 'Bob', null);
  insert into movie_genres select id, '${drama}' from movies;
  insert into movie_persons (movie_id, person_id, role) values
    ('${id(1)}', '${ann}', 'director'), ('${id(1)}', '${ann}', 'actor'),
    ('${id(2)}', '${ann}', 'actor'), ('${id(45)}', '${ann}', 'actor');
  update movies set rating = 8.5 where id = '${id(7)}'`;

const film = (n: number, { rating = 5.5 } = {}) => ({
  id: id(n),
  title: `Film ${n}`,
  description: null,
  year: 2000 - n,
  rating,
  votes: 1000 * n,
  duration: null,
  poster_url: null,
  created_at: '2020-01-01T00:00:00.000Z',
  updated_at: '2020-01-01T00:00:00.000Z',
});

interface FilmPage {
  items: { title: string }[];
  [field: string]: unknown;
}

describe('the catalog', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let url: string;

  before(async () => {
    pipeline = await startPipeline(scope, { listeners: 0, cleaners: 0 });
    url = (await pipeline.apis[0]?.url()) ?? '';
    await pipeline.sql(rows);
  });

  /** From the database, then from the cache under this key, for both addresses the same. */
  async function cachedAs(path: string, key: string): Promise<unknown> {
    const first = await pipeline.get(path);
    assert.equal(first.source, 'database');
    for (const prefix of ['', '/api/v1']) {
      assert.deepEqual(await pipeline.get(prefix + path), { ...first, source: 'cache' });
    }
    assert.equal(await pipeline.entry(key), JSON.stringify(first.data));
    const ttlMs = await pipeline.redis.command<number>('PTTL', key);
    assert.ok(ttlMs > 600_000 * 0.8 && ttlMs <= 600_000, `${ttlMs} ms`);
    return first.data;
  }

  test('popular films are twenty, the best rated by most first', async () => {
    const films = (await cachedAs('/movies/popular', 'movies_popular_all')) as { title: string }[];
    assert.equal(films.length, 20);
    // Rated below the mean, so that each vote takes a film further down.
    assert.deepEqual(films.slice(0, 3), [film(7, { rating: 8.5 }), film(1), film(2)]);
    assert.equal(films.at(-1)?.title, 'Film 20');
  });

  test('genres come by name', async () => {
    assert.deepEqual(await cachedAs('/genres', 'genres_all'), [
      { id: empty, name: 'Art' },
      { id: drama, name: 'Drama' },
    ]);
  });

  test('a genre comes with the first page of its published films', async () => {
    const { items, ...genre } = (await cachedAs(
      `/genres/${drama}/movies`,
      `genre_${drama}`,
    )) as FilmPage;
    assert.deepEqual(genre, { id: drama, name: 'Drama', total: 44, page: 1, size: 20, pages: 3 });
    assert.deepEqual([items.length, items[0]], [20, film(1)]);
  });

  test('other pages have the same shape and say that they are not cached', async () => {
    const titles: string[] = [];
    for (const [page, count] of [16, 16, 12, 0].entries()) {
      const response = await fetch(`${url}/genres/${drama}/movies?page=${page + 1}&size=16`);
      assert.equal(response.headers.get('cache-status'), 'CineSync; fwd=bypass; detail=page');
      const { source, data } = (await response.json()) as { source: string; data: FilmPage };
      const { items, ...genre } = data;
      assert.equal(source, 'database');
      const rest = { total: 44, page: page + 1, size: 16, pages: 3 };
      assert.deepEqual(genre, { id: drama, name: 'Drama', ...rest });
      assert.equal(items.length, count);
      titles.push(...items.map(({ title }) => title));
    }
    assert.deepEqual(
      titles,
      Array.from({ length: 44 }, (_, index) => `Film ${index + 1}`),
    );
  });

  test('the cached page is the same whether it was asked for by number or not', async () => {
    await pipeline.get(`/genres/${drama}/movies`);
    const named = await pipeline.get(`/genres/${drama}/movies?page=1&size=20`);
    assert.equal(named.source, 'cache');
  });

  test('a genre without films is one, with no page', async () => {
    assert.deepEqual(await pipeline.get(`/genres/${empty}/movies`), {
      source: 'database',
      data: { id: empty, name: 'Art', items: [], total: 0, page: 1, size: 20, pages: 0 },
    });
  });

  test('a person comes with their published films, each once with all roles', async () => {
    const { created_at, updated_at, ...first } = film(1);
    const { created_at: _, updated_at: __, ...second } = film(2);
    assert.deepEqual(await cachedAs(`/persons/${ann}`, `person_${ann}`), {
      id: ann,
      full_name: 'Ann',
      photo_url: '/image/ann.jpg',
      movies: [
        { ...first, roles: ['actor', 'director'], created_at, updated_at },
        { ...second, roles: ['actor'], created_at, updated_at },
      ],
    });
  });

  test('a person without films has none', async () => {
    const { data } = await pipeline.get(`/persons/${bob}`);
    assert.deepEqual(data, { id: bob, full_name: 'Bob', photo_url: null, movies: [] });
  });

  for (const [path, key] of [
    [`/genres/${id(99)}/movies`, `genre_${id(99)}`],
    [`/persons/${id(99)}`, `person_${id(99)}`],
  ] as const) {
    test(`${path} is not found, remembered briefly as null`, async () => {
      for (const prefix of ['', '/api/v1']) {
        const response = await fetch(`${url}${prefix}${path}`);
        assert.match(response.headers.get('cache-status') ?? '', /^CineSync; (fwd=miss|hit)/);
        assertProblem(await toProblemAnswer(response), 404);
      }
      assert.equal(await pipeline.entry(key), 'null');
      const ttlMs = await pipeline.redis.command<number>('PTTL', key);
      assert.ok(ttlMs > 0 && ttlMs <= 30_000, `${ttlMs} ms`);
    });
  }

  test('an id in capitals is the same entry', async () => {
    const upper = 'ABCDEF00-0000-4000-8000-00000000ABCD';
    for (const [path, prefix] of [
      [`/genres/${upper}/movies`, 'genre_'],
      [`/persons/${upper}`, 'person_'],
    ] as const) {
      await fetch(`${url}${path}`);
      assert.equal(await pipeline.entry(prefix + upper.toLowerCase()), 'null');
      assert.equal(await pipeline.entry(prefix + upper), null);
    }
  });
});
