// Whatever an admin sends as a film: a problem document that names each mistake, never a 500.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { adminEnv, makeToken, type Send, sendAs } from './support/admin.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { assertProblem } from './support/problem.ts';
import { suiteScope } from './support/scope.ts';

const json = { 'content-type': 'application/json' };

describe('bad films', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let send: Send;

  before(async () => {
    pipeline = await startPipeline(scope, { listeners: 0, cleaners: 0, env: adminEnv });
    send = sendAs(await makeToken(), (await pipeline.apis[0]?.url()) ?? '');
  });

  const person = { person_id: crypto.randomUUID(), role: 'x' };
  const refused: [body: unknown, pointers: string[]][] = [
    [{}, ['/title']],
    [{ title: null }, ['/title']],
    [{ title: '' }, ['/title']],
    [{ title: '\t \n' }, ['/title']],
    [{ title: 'x'.repeat(501) }, ['/title']],
    [{ title: 'a\0b' }, ['/title']],
    ['{"title":"a\\udc00b"}', ['/title']],
    [{ title: 'x', description: 'x'.repeat(10_001) }, ['/description']],
    [{ title: 'x', year: '1999' }, ['/year']],
    [{ title: 'x', year: 1999.5 }, ['/year']],
    ['{"title":"x","year":1e400}', ['/year']],
    [{ title: 'x', year: 2 ** 53 }, ['/year']],
    [{ title: 'x', rating: -0.1 }, ['/rating']],
    [{ title: 'x', rating: 10.01 }, ['/rating']],
    [{ title: 'x', rating: '5' }, ['/rating']],
    ['{"title":"x","rating":-1e999}', ['/rating']],
    [{ title: 'x', duration: 0 }, ['/duration']],
    [{ title: 'x', votes: -1 }, ['/votes']],
    [{ title: 'x', votes: 2_147_483_648 }, ['/votes']],
    [{ title: 'x', votes: null }, ['/votes']],
    [{ title: 'x', genre_ids: 'all' }, ['/genre_ids']],
    [{ title: 'x', genre_ids: [1, 'x'] }, ['/genre_ids/0', '/genre_ids/1']],
    [{ title: 'x', genre_ids: Array(501).fill(person.person_id) }, ['/genre_ids']],
    [{ title: 'x', persons: [{}] }, ['/persons/0/person_id', '/persons/0/role']],
    [{ title: 'x', persons: [{ ...person, role: ' ' }] }, ['/persons/0/role']],
    [{ title: 'x', persons: [{ ...person, more: 1 }] }, ['/persons/0/more']],
    [{ title: 'x', persons: { 0: person } }, ['/persons']],
    [{ title: 'x', id: crypto.randomUUID(), is_published: true }, ['/id', '/is_published']],
    ['{"title":"x","__proto__":{"isAdmin":true}}', ['/__proto__']],
    [{ title: 'x', poster_url: 'javascript:alert(1)' }, ['/poster_url']],
    [{ title: 'x', poster_url: '/image/../x' }, ['/poster_url']],
    [[{ title: 'x' }], ['']],
    ['"text"', ['']],
  ];
  for (const [body, pointers] of refused) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    test(`${text.slice(0, 70)} names ${pointers.join(' and ')}`, async () => {
      const answer = await send('POST', '/movies', { body: text, headers: json });
      const { errors } = assertProblem(answer, 422);
      assert.deepEqual(
        errors?.map(({ pointer }) => pointer),
        pointers,
      );
    });
  }

  const unreadable: [status: number, title: string, body: string | Buffer<ArrayBuffer>][] = [
    [400, 'half a body', '{"title":'],
    [400, 'bytes that are no UTF-8', Buffer.from('{"title":"\xff\xfe"}', 'latin1')],
    [400, 'deep JSON', `{"title":"x","persons":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    [413, 'a large body', JSON.stringify({ title: 'x', description: 'x'.repeat(300_000) })],
  ];
  for (const [status, title, body] of unreadable) {
    test(`${title} is a ${status}`, async () => {
      assertProblem(await send('POST', '/movies', { body, headers: json }), status);
    });
  }

  test('a key that is no text is a 400', async () => {
    for (const key of [' ', 'a b', 'x'.repeat(256), 'é']) {
      const headers = { 'idempotency-key': key };
      const answer = await send('POST', '/movies', { body: { title: 'x' }, headers });
      assertProblem(answer, 400);
    }
  });

  test('text of all kinds is stored as it is', async () => {
    const texts = [
      `'); drop table movies; --`,
      '$1 %s {0}',
      '\\u0000',
      '<script>alert(1)</script>',
    ];
    for (const title of [...texts, '(a+)+$', '🎬 \u202E', '{"$gt":""}', 'null']) {
      const made = await send('POST', '/movies', { body: { title, description: title } });
      assert.equal(made.status, 201, made.body);
      const { data } = made.json as { data: { title: string; description: string } };
      assert.deepEqual([data.title, data.description], [title, title]);
    }
  });

  test('nothing of all this was an error of ours, and nothing bad was stored', async () => {
    const errors = (pipeline.apis[0]?.logs ?? []).filter(({ level }) => level === 'error');
    assert.deepEqual(errors, []);
    assert.equal((await pipeline.sql(`select from movies where title = 'x'`)).length, 0);
  });
});
