// How many writes an admin may make: counted for all API processes together while Redis is there,
// by each process while it is not.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { adminEnv, makeToken, sendAs } from './support/admin.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { assertProblem } from './support/problem.ts';
import { suiteScope } from './support/scope.ts';
import { startTcpProxy } from './support/tcp-proxy.ts';

const limit = 5;
const writes = { ...adminEnv, ADMIN_WRITES_PER_MINUTE: String(limit) };
/** Refused for its shape, after it was counted. */
const body = { name: '' };
const others = { ratelimit: /"writes"; r=\d+; t=\d+/, 'ratelimit-policy': /"writes"; q=5; w=60/ };

describe('the limit of writes', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let urls: string[];

  before(async () => {
    pipeline = await startPipeline(scope, { apis: 2, listeners: 0, cleaners: 0, env: writes });
    urls = await Promise.all(pipeline.apis.map((api) => api.url()));
  });

  test('is one for all API processes, per admin, and says when to go on', async () => {
    const token = await makeToken({ subject: 'busy' });
    for (let count = 0; count < limit; count += 1) {
      const answer = await sendAs(token, urls[count % 2] ?? '')('POST', '/genres', { body });
      assert.equal(answer.status, 422, answer.body);
      for (const [name, pattern] of Object.entries(others)) {
        assert.match(answer.headers[name] ?? '', pattern);
      }
    }
    for (const url of urls) {
      const answer = await sendAs(token, url)('DELETE', `/genres/${crypto.randomUUID()}`);
      assertProblem(answer, 429);
      const seconds = Number(answer.headers['retry-after']);
      assert.ok(seconds > 0 && seconds <= 60, `${seconds} s`);
    }
    const another = await makeToken({ subject: 'other' });
    assert.equal((await sendAs(another, urls[0] ?? '')('POST', '/genres', { body })).status, 422);
  });

  test('does not touch reads, whoever reads', async () => {
    const token = await makeToken({ subject: 'busy' });
    assert.equal((await sendAs(token, urls[0] ?? '')('GET', '/cities/BGR')).status, 200);
  });

  test('survives that Redis forgets its scripts', async () => {
    await pipeline.redis.command('SCRIPT', 'FLUSH');
    const token = await makeToken({ subject: 'after the flush' });
    const answers = await Promise.all(
      Array.from({ length: limit + 1 }, (_, count) =>
        sendAs(token, urls[count % 2] ?? '')('POST', '/genres', { body }),
      ),
    );
    const refusals = answers.filter(({ status }) => status === 429);
    assert.equal(refusals.length, 1);
  });

  test('is each process’s own while Redis is away, and writes go on', async () => {
    const proxy = await startTcpProxy(scope, pipeline.redis.url);
    const env = { REDIS_URL: proxy.through(pipeline.redis.url) };
    const url = await pipeline.startApi(env).url();
    await proxy.cut();
    const send = sendAs(await makeToken({ subject: 'alone' }), url);
    for (let count = 1; count <= limit; count += 1) {
      const made = await send('POST', '/genres', { body: { name: `Alone ${count}` } });
      assert.equal(made.status, 201, made.body);
    }
    assertProblem(await send('POST', '/genres', { body }), 429);
  });
});
