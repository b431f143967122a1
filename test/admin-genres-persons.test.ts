// Genres and people as admins make, change and delete them.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { adminEnv, type AdminAnswer, makeToken, type Send, sendAs } from './support/admin.ts';
import { eventually } from './support/eventually.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { assertProblem } from './support/problem.ts';
import { suiteScope } from './support/scope.ts';

const film = '00000000-0000-4000-8000-000000000001';
const nobody = '00000000-0000-4000-8000-00000000ffff';

const idOf = ({ json }: AdminAnswer) => (json as { id: string }).id;

describe('genres and people', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let send: Send;

  before(async () => {
    pipeline = await startPipeline(scope, { env: adminEnv });
    const url = (await pipeline.apis[0]?.url()) ?? '';
    send = sendAs(await makeToken(), url);
    await pipeline.sql(
      `insert into movies (id, title, is_published) values ('${film}', 'A', true)`,
    );
  });

  test('a genre is made, renamed and deleted', async () => {
    const made = await send('POST', '/api/v1/genres', { body: { name: 'Noir' } });
    assert.equal(made.status, 201, made.body);
    assert.equal(made.headers.location, `/api/v1/genres/${idOf(made)}`);
    assert.deepEqual(made.json, { id: idOf(made), name: 'Noir' });
    const path = `/genres/${idOf(made)}`;
    const renamed = await send('PATCH', path, { body: { name: 'Film noir' } });
    assert.deepEqual([renamed.status, renamed.json], [200, { id: idOf(made), name: 'Film noir' }]);
    const gone = await send('DELETE', path);
    assert.deepEqual([gone.status, gone.body], [204, '']);
    for (const [method, body] of [
      ['PATCH', { name: 'X' }],
      ['DELETE', undefined],
    ] as const) {
      assertProblem(await send(method, path, { body }), 404);
    }
  });

  test('what is written is so in the next read', async () => {
    const get = async (path: string) => (await send('GET', path)).body;
    const genre = idOf(await send('POST', '/genres', { body: { name: 'Giallo' } }));
    const person = idOf(await send('POST', '/persons', { body: { full_name: 'Dario' } }));
    for (const path of ['/genres', `/genres/${genre}/movies`, `/persons/${person}`]) {
      await pipeline.warm(path);
    }
    await send('PATCH', `/genres/${genre}`, { body: { name: 'Poliziottesco' } });
    await send('PATCH', `/persons/${person}`, { body: { full_name: 'Dario Argento' } });
    assert.match(await get('/genres'), /Poliziottesco/);
    assert.match(await get(`/genres/${genre}/movies`), /Poliziottesco/);
    assert.match(await get(`/persons/${person}`), /Dario Argento/);
  });

  test('a name that is taken is a 409, when it is given and when it is changed', async () => {
    const drama = await send('POST', '/genres', { body: { name: 'Drama' } });
    assertProblem(drama, 409);
    const made = await send('POST', '/genres', { body: { name: 'Melodrama' } });
    const path = `/genres/${idOf(made)}`;
    assertProblem(await send('PATCH', path, { body: { name: 'Drama' } }), 409);
  });

  test('a person is made, changed by a merge patch and deleted', async () => {
    const full = { full_name: 'Agnès Varda', photo_url: '/image/agnes.jpg' };
    const made = await send('POST', '/persons', { body: full });
    const id = idOf(made);
    assert.deepEqual([made.status, made.json], [201, { id, ...full }]);
    const headers = { 'content-type': 'application/merge-patch+json' };
    const patches = [
      [{}, full],
      [{ full_name: 'A. Varda' }, { ...full, full_name: 'A. Varda' }],
      [{ photo_url: null }, { full_name: 'A. Varda', photo_url: null }],
    ] as const;
    for (const [patch, then] of patches) {
      const body = JSON.stringify(patch);
      const changed = await send('PATCH', `/persons/${id}`, { body, headers });
      assert.deepEqual([changed.status, changed.json], [200, { id, ...then }]);
    }
    assert.equal((await send('DELETE', `/persons/${id}`)).status, 204);
    assertProblem(await send('DELETE', `/persons/${id}`), 404);
  });

  test('a renamed genre and a deleted person change the films that show them', async () => {
    const genre = idOf(await send('POST', '/genres', { body: { name: 'Old name' } }));
    const person = idOf(await send('POST', '/persons', { body: { full_name: 'Somebody' } }));
    await pipeline.sql(`insert into movie_genres values ('${film}', '${genre}');
      insert into movie_persons values ('${film}', '${person}', 'actor')`);
    await pipeline.waitUntilApplied();
    await pipeline.warm(`/movies/${film}`);
    await send('PATCH', `/genres/${genre}`, { body: { name: 'New name' } });
    await send('DELETE', `/persons/${person}`);
    await eventually(
      async () => {
        const { data } = await pipeline.get(`/movies/${film}`);
        const { genres, persons } = data as { genres: { name: string }[]; persons: object[] };
        return genres[0]?.name === 'New name' && persons.length === 0 ? true : undefined;
      },
      { what: 'the film to show both' },
    );
  });

  test('the same Idempotency-Key makes one genre, and gets one answer', async () => {
    const headers = { 'idempotency-key': 'genre-1' };
    const body = { name: 'Once' };
    const [first, second] = [
      await send('POST', '/genres', { body, headers }),
      await send('POST', '/genres', { body, headers }),
    ];
    assert.equal(first.status, 201);
    assert.deepEqual([second.status, second.body], [201, first.body]);
    // Another operation has keys of its own.
    const person = await send('POST', '/persons', { body: { full_name: 'Once' }, headers });
    assert.equal(person.status, 201);
  });

  const refused: [path: string, body: unknown, pointers: string[]][] = [
    ['/genres', {}, ['/name']],
    ['/genres', { name: ' ' }, ['/name']],
    ['/genres', { name: null }, ['/name']],
    ['/genres', { name: 'nul \0' }, ['/name']],
    ['/genres', '{"name":"half \\ud800"}', ['/name']],
    ['/genres', { name: 'x'.repeat(101) }, ['/name']],
    [
      '/genres',
      '{"name":"ok","__proto__":{"name":"x"},"constructor":1}',
      ['/__proto__', '/constructor'],
    ],
    ['/persons', { full_name: 1, photo_url: 'javascript:alert(1)' }, ['/full_name', '/photo_url']],
    ['/persons', { full_name: 'x', photo_url: 'http://x/y' }, ['/photo_url']],
    ['/persons', [], ['']],
  ];
  for (const [path, body, pointers] of refused) {
    test(`POST ${path} ${JSON.stringify(body).slice(0, 50)} names its mistakes`, async () => {
      const headers = { 'content-type': 'application/json' };
      const answer = await send('POST', path, { body, headers });
      const { errors } = assertProblem(answer, 422);
      assert.deepEqual(
        errors?.map(({ pointer }) => pointer),
        pointers,
      );
    });
  }

  test('what looks like SQL or a pattern is a name like any other', async () => {
    for (const name of [`'); drop table genres; --`, '$1', '%_\\', '(a+)+$', '"\u202e', '🎬']) {
      const made = await send('POST', '/genres', { body: { name } });
      assert.deepEqual([made.status, (made.json as { name: string }).name], [201, name]);
    }
  });

  test('what is not a UUID is a 400', async () => {
    for (const path of ['/genres/1', '/persons/x']) {
      assertProblem(await send('DELETE', path), 400);
    }
    assertProblem(await send('DELETE', `/genres/${nobody.toUpperCase()}`), 404);
  });

  test('a write that could not be stored does not use up its key', async () => {
    const headers = { 'idempotency-key': 'genre-2' };
    const body = { name: 'Taken for a while' };
    const holder = idOf(await send('POST', '/genres', { body }));
    assertProblem(await send('POST', '/genres', { body, headers }), 409);
    await send('DELETE', `/genres/${holder}`);
    assert.equal((await send('POST', '/genres', { body, headers })).status, 201);
  });
});
