// GET /movies/{id} and GET /movies: published films only, in the shapes that were promised.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { assertProblem, toProblemAnswer } from './support/problem.ts';
import { suiteScope } from './support/scope.ts';

const id = (last: number) => `00000000-0000-4000-8000-${String(last).padStart(12, '0')}`;

interface Page {
  items: { id: string; title: string; year: number | null }[];
  total: number;
  page: number;
  size: number;
  pages: number;
}

describe('films', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let url: string;

  before(async () => {
    pipeline = await startPipeline(scope, { listeners: 0, cleaners: 0 });
    url = (await pipeline.apis[0]?.url()) ?? '';
    await pipeline.sql(`
      insert into movies (id, title, description, year, rating, votes, duration,
                          poster_url, is_published, created_at, updated_at) values
        ('${id(1)}', 'First "one"', 'About', 1999, 7.5, 42, 101, '/image/a.jpg', true,
         '2020-01-02 03:04:05.678+02', '2021-01-01 00:00:00+00'),
        ('${id(2)}', 'Bare', null, null, null, 0, null, null, true, now(), now()),
        ('${id(3)}', 'Secret', null, 2024, 9, 0, null, null, false, now(), now());
      insert into genres (id, name) values ('${id(11)}', 'Zeta'), ('${id(12)}', 'Alpha');
      insert into persons (id, full_name, photo_url) values
        ('${id(21)}', 'Ann', '/image/ann.jpg'), ('${id(22)}', 'Bob', null);
      insert into movie_genres values ('${id(1)}', '${id(11)}'), ('${id(1)}', '${id(12)}');
      insert into movie_persons (movie_id, person_id, role) values
        ('${id(1)}', '${id(21)}', 'director'), ('${id(1)}', '${id(22)}', 'actor'),
        ('${id(1)}', '${id(21)}', 'actor');
      insert into movies (title, year, is_published)
        select 'Film ' || n, 1900 + n % 7, true from generate_series(1, 120) as n`);
  });

  const first = {
    id: id(1),
    title: 'First "one"',
    description: 'About',
    year: 1999,
    rating: 7.5,
    votes: 42,
    duration: 101,
    poster_url: '/image/a.jpg',
    genres: [
      { id: id(12), name: 'Alpha' },
      { id: id(11), name: 'Zeta' },
    ],
    persons: [
      { id: id(21), full_name: 'Ann', photo_url: '/image/ann.jpg', role: 'actor' },
      { id: id(22), full_name: 'Bob', photo_url: null, role: 'actor' },
      { id: id(21), full_name: 'Ann', photo_url: '/image/ann.jpg', role: 'director' },
    ],
    created_at: '2020-01-02T01:04:05.678Z',
    updated_at: '2021-01-01T00:00:00.000Z',
  };

  test('one film comes with its genres and people, from the database and then cached', async () => {
    for (const source of ['database', 'cache']) {
      assert.deepEqual(await pipeline.get(`/movies/${id(1)}`), { source, data: first });
    }
    assert.equal(await pipeline.entry(`movie_${id(1)}`), JSON.stringify(first));
    const ttlMs = await pipeline.redis.command<number>('PTTL', `movie_${id(1)}`);
    assert.ok(ttlMs > 600_000 * 0.8 && ttlMs <= 600_000, `${ttlMs} ms`);
  });

  test('what a film lacks is null, or an empty list', async () => {
    const { data } = await pipeline.get(`/movies/${id(2)}`);
    const { created_at: _, updated_at: __, ...film } = data as Record<string, unknown>;
    assert.deepEqual(film, {
      id: id(2),
      title: 'Bare',
      description: null,
      year: null,
      rating: null,
      votes: 0,
      duration: null,
      poster_url: null,
      genres: [],
      persons: [],
    });
  });

  test('an id in capitals is the same entry', async () => {
    const upper = 'ABCDEF00-0000-4000-8000-00000000ABCD';
    await fetch(`${url}/movies/${upper}`);
    assert.equal(await pipeline.entry(`movie_${upper.toLowerCase()}`), 'null');
    assert.equal(await pipeline.entry(`movie_${upper}`), null);
  });

  for (const [what, unseen] of [
    ['unknown', id(99)],
    ['unpublished', id(3)],
  ] as const) {
    test(`an ${what} film is not found, remembered briefly as null`, async () => {
      for (const prefix of ['', '/api/v1']) {
        const response = await fetch(`${url}${prefix}/movies/${unseen}`);
        assertProblem(await toProblemAnswer(response), 404);
      }
      assert.equal(await pipeline.entry(`movie_${unseen}`), 'null');
      const ttlMs = await pipeline.redis.command<number>('PTTL', `movie_${unseen}`);
      assert.ok(ttlMs > 0 && ttlMs <= 30_000, `${ttlMs} ms`);
    });
  }

  async function getPage(query: string): Promise<Page> {
    const response = await fetch(`${url}/movies${query}`);
    assert.equal(response.status, 200);
    return (await response.json()) as Page;
  }

  test('the list holds published films only, newest first, those without a year last', async () => {
    const { items, ...rest } = await getPage('');
    assert.deepEqual(rest, { total: 122, page: 1, size: 20, pages: 7 });
    assert.equal(items.length, 20);
    assert.equal(items[0]?.title, 'First "one"');
    const last = await getPage('?page=7');
    assert.deepEqual([last.items.length, last.items.at(-1)?.title], [2, 'Bare']);
  });

  test('a film in the list has its own fields, without genres and people', async () => {
    const { items } = await getPage('?size=1');
    const { genres: _, persons: __, ...own } = first;
    assert.deepEqual(items, [own]);
  });

  test('all pages together hold every published film once, in one order', async () => {
    const all = (await getPage('?size=100')).items.concat(
      (await getPage('?size=100&page=2')).items,
    );
    const pages = await Promise.all([1, 2, 3, 4].map((page) => getPage(`?size=37&page=${page}`)));
    const ids = pages.flatMap(({ items }) => items.map((item) => item.id));
    assert.deepEqual(
      ids,
      all.map((item) => item.id),
    );
    assert.equal(new Set(ids).size, 122);
    assert.ok(!ids.includes(id(3)));
  });

  test('a page after the last is empty', async () => {
    const { items, ...rest } = await getPage('?page=10000&size=100');
    assert.deepEqual([items, rest], [[], { total: 122, page: 10_000, size: 100, pages: 2 }]);
  });
});
