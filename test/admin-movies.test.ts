// Films as admins make, change, publish and delete them, on two API processes without any worker:
// what is fresh here is fresh because of the write itself.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { adminEnv, type AdminAnswer, makeToken, type Send, sendAs } from './support/admin.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { assertProblem } from './support/problem.ts';
import { suiteScope } from './support/scope.ts';

const drama = '6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0003';
const comedy = '6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0002';
const ann = '00000000-0000-4000-8000-000000000021';
const bob = '00000000-0000-4000-8000-000000000022';
const unknown = '00000000-0000-4000-8000-00000000ffff';

interface Film {
  id: string;
  title: string;
  is_published: boolean;
  genres: { name: string }[];
  persons: { full_name: string; role: string }[];
  updated_at: string;
  [field: string]: unknown;
}

const filmOf = ({ json }: AdminAnswer): Film => (json as { data: Film }).data;
const whatever = { 'if-match': '*' };

describe('films', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let send: Send;
  let sendElsewhere: Send;
  let read: Send;
  let readElsewhere: Send;

  before(async () => {
    pipeline = await startPipeline(scope, { apis: 2, listeners: 0, cleaners: 0, env: adminEnv });
    const [url = '', other = ''] = await Promise.all(pipeline.apis.map((api) => api.url()));
    send = sendAs(await makeToken(), url);
    sendElsewhere = sendAs(await makeToken({ subject: 'grace' }), other);
    read = sendAs(null, url);
    readElsewhere = sendAs(null, other);
    await pipeline.sql(`insert into persons (id, full_name) values
      ('${ann}', 'Ann'), ('${bob}', 'Bob')`);
    await pipeline.waitUntilTrusted();
  });

  async function make(film: object = {}): Promise<Film> {
    const made = await send('POST', '/movies', { body: { title: 'A film', ...film } });
    assert.equal(made.status, 201, made.body);
    return filmOf(made);
  }

  async function makePublic(film: object = {}): Promise<Film> {
    const { id } = await make(film);
    return filmOf(await send('POST', `/movies/${id}/publish`));
  }

  test('a new film is a draft, which admins read, nobody else, and nothing caches', async () => {
    const made = await send('POST', '/api/v1/movies', {
      body: {
        title: 'Cléo',
        description: 'Two hours',
        year: 1962,
        rating: 7.84,
        votes: 12,
        duration: 90,
        poster_url: '/image/cleo.jpg',
        genre_ids: [drama.toUpperCase(), comedy, drama],
        persons: [
          { person_id: ann, role: 'director' },
          { person_id: ann, role: 'writer' },
        ],
      },
    });
    assert.equal(made.status, 201, made.body);
    const { id, ...film } = filmOf(made);
    assert.equal(made.headers.location, `/api/v1/movies/${id}`);
    const { created_at: _, updated_at: __, genres, persons, ...own } = film;
    assert.deepEqual(own, {
      title: 'Cléo',
      description: 'Two hours',
      year: 1962,
      rating: 7.8,
      votes: 12,
      duration: 90,
      poster_url: '/image/cleo.jpg',
      is_published: false,
    });
    assert.deepEqual(
      genres.map(({ name }) => name),
      ['Comedy', 'Drama'],
    );
    assert.deepEqual(
      persons.map(({ role }) => role),
      ['director', 'writer'],
    );

    assertProblem(await read('GET', `/movies/${id}`), 404);
    const seen = await sendElsewhere('GET', `/movies/${id}`);
    assert.deepEqual([seen.status, seen.body], [200, made.body]);
    assert.equal(seen.headers.etag, made.headers.etag);
    assert.match(seen.headers.etag ?? '', /^"[\w-]{43}"$/);
    assert.equal(seen.headers['cache-control'], 'no-store');
    assert.equal(seen.headers['cache-status'], 'CineSync; fwd=bypass; detail=admin');
    assert.equal(await pipeline.entry(`movie_${id}`), 'null');
  });

  test('what is published, changed or taken back is so in the next read', async () => {
    const { id } = await make();
    const path = `/movies/${id}`;
    const titleOn = async (reader: Send) => {
      // The second read shows that the first one did fill the entry.
      await reader('GET', path);
      const answer = await reader('GET', path);
      return answer.status === 404 ? null : filmOf(answer).title;
    };
    for (const reader of [read, readElsewhere]) assert.equal(await titleOn(reader), null);
    assert.equal((await send('POST', `${path}/publish`)).status, 200);
    for (const reader of [readElsewhere, read]) assert.equal(await titleOn(reader), 'A film');
    assert.match((await read('GET', path)).headers['cache-status'] ?? '', /^CineSync; hit/);
    const patch = { body: { title: 'Changed' }, headers: whatever };
    assert.equal((await sendElsewhere('PATCH', path, patch)).status, 200);
    for (const reader of [read, readElsewhere]) assert.equal(await titleOn(reader), 'Changed');
    assert.equal(filmOf(await send('POST', `${path}/unpublish`)).is_published, false);
    for (const reader of [readElsewhere, read]) assert.equal(await titleOn(reader), null);
  });

  test('a merge patch changes what it names, takes null away, leaves the rest', async () => {
    const person = { person_id: ann, role: 'actor' };
    const { id } = await make({ year: 2000, rating: 5, genre_ids: [drama], persons: [person] });
    const steps: [patch: object, then: object][] = [
      [{ title: 'New' }, { title: 'New', year: 2000, rating: 5, genres: ['Drama'] }],
      [
        { year: null, duration: 77 },
        { year: null, duration: 77, rating: 5, genres: ['Drama'] },
      ],
      [{ genre_ids: [comedy] }, { title: 'New', genres: ['Comedy'], persons: ['Ann actor'] }],
      [
        {
          persons: [
            { ...person, role: 'x' },
            { person_id: bob, role: 'y' },
          ],
        },
        { persons: ['Bob y', 'Ann x'].toReversed() },
      ],
      [
        { genre_ids: null, persons: [] },
        { genres: [], persons: [], duration: 77 },
      ],
    ];
    for (const [patch, then] of steps) {
      const body = JSON.stringify(patch);
      const headers = { ...whatever, 'content-type': 'application/merge-patch+json' };
      const answer = await send('PATCH', `/movies/${id}`, { body, headers });
      assert.equal(answer.status, 200, answer.body);
      const film = filmOf(answer);
      const shown: Record<string, unknown> = {
        ...film,
        genres: film.genres.map(({ name }) => name),
        persons: film.persons.map(({ full_name, role }) => `${full_name} ${role}`),
      };
      const named = Object.keys(then).map((name) => [name, shown[name]]);
      assert.deepEqual(Object.fromEntries(named), then, body);
    }
  });

  test('links to what is not there are named, each by its pointer', async () => {
    const body = {
      genre_ids: [drama, unknown],
      persons: [
        { person_id: unknown, role: 'x' },
        { person_id: ann, role: 'x' },
      ],
    };
    const pointers = ['/genre_ids/1', '/persons/0/person_id'];
    const made = await send('POST', '/movies', { body: { title: 'X', ...body } });
    const { errors } = assertProblem(made, 422);
    assert.deepEqual(
      errors?.map(({ pointer }) => pointer),
      pointers,
    );
    const { id } = await make({ genre_ids: [comedy] });
    const patched = await send('PATCH', `/movies/${id}`, { body, headers: whatever });
    assert.deepEqual(assertProblem(patched, 422).errors, errors);
    assert.deepEqual(
      filmOf(await send('GET', `/movies/${id}`)).genres.map(({ name }) => name),
      ['Comedy'],
    );
  });

  test('a film that is deleted is gone, for admins as for everybody', async () => {
    const { id } = await makePublic({ genre_ids: [drama] });
    await read('GET', `/movies/${id}`);
    assert.equal((await send('DELETE', `/movies/${id}`)).status, 204);
    for (const reader of [read, readElsewhere, send]) {
      assertProblem(await reader('GET', `/movies/${id}`), 404);
    }
    for (const [method, path] of [
      ['DELETE', ''],
      ['PATCH', ''],
      ['POST', '/publish'],
      ['POST', '/unpublish'],
    ] as const) {
      const options = method === 'PATCH' ? { body: {}, headers: whatever } : {};
      assertProblem(await send(method, `/movies/${id}${path}`, options), 404);
    }
  });

  test('a token that is not good is refused even where everybody may read', async () => {
    const { id } = await makePublic();
    // By the third it is in the memory of the process.
    for (let count = 0; count < 3; count += 1) await read('GET', `/movies/${id}`);
    const own = await send('GET', `/movies/${id}`);
    assert.deepEqual([own.headers['cache-control'], filmOf(own).is_published], ['no-store', true]);
    const url = (await pipeline.apis[0]?.url()) ?? '';
    const expired = sendAs(await makeToken({ expires: '-1m' }), url);
    assertProblem(await expired('GET', `/movies/${id}`), 401);
    // One that is good and no admin's reads what everybody reads.
    const reader = await sendAs(await makeToken({ role: 'reader' }), url)('GET', `/movies/${id}`);
    assert.equal(reader.status, 200);
    assert.ok(!('is_published' in filmOf(reader)));
  });
});
