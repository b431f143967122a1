// Answers from the memory of an API process: the same as any other, and gone when the row changes.

import assert from 'node:assert/strict';
import { request } from 'node:http';
import { before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { eventually } from './support/eventually.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { suiteScope } from './support/scope.ts';

interface Received {
  status: number | undefined;
  headers: Record<string, unknown>;
  body: Buffer;
}

/** As it travels: nothing is decompressed, nothing is added to the request. */
async function ask(url: string, headers: Record<string, string> = {}, method = 'GET') {
  return await new Promise<Received>((resolve, reject) => {
    const asking = request(url, { method, headers: { connection: 'close', ...headers } });
    asking.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          const { statusCode: status } = response;
          resolve({ status, headers: response.headers, body: Buffer.concat(chunks) });
        });
    });
    asking.end();
  });
}

function isFromMemory({ headers }: Received): boolean {
  return headers['cache-status'] === 'CineSync; hit; detail=memory';
}

describe('an answer from memory', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let urls: string[];

  before(async () => {
    pipeline = await startPipeline(scope, { apis: 2 });
    await pipeline.sql(`
      insert into city (name, countrycode, population)
      select 'Town ' || n, 'BGR', n from generate_series(1, 200) n`);
    await pipeline.waitUntilApplied();
    urls = await Promise.all(pipeline.apis.map((api) => api.url()));
  });

  async function warm(path = '/cities/BGR', headers: Record<string, string> = {}) {
    for (const url of urls) {
      await eventually(async () => isFromMemory(await ask(url + path, headers)) || undefined, {
        what: `${path} in the memory of ${url}`,
      });
    }
  }

  const differing = ['cache-status', 'date', 'x-request-id'];

  function comparable({ status, headers, body }: Received) {
    const same = Object.entries(headers).filter(([name]) => !differing.includes(name));
    return { status, headers: Object.fromEntries(same), body: body.toString() };
  }

  for (const [what, headers, method] of [
    ['a GET', {}, 'GET'],
    ['a HEAD', {}, 'HEAD'],
    ['one that repeats its id', { 'x-request-id': 'mine' }, 'GET'],
    ['one for any version', { 'if-none-match': '*' }, 'GET'],
  ] as const) {
    test(`is the same on the short way, on the long way and from Redis: ${what}`, async () => {
      await warm();
      const short = await ask(`${urls[0]}/cities/BGR`, headers, method);
      const long = await ask(`${urls[0]}/cities/bgr`, headers, method);
      assert.ok(isFromMemory(short) && isFromMemory(long));
      const untracked = pipeline.startApi({ LOCAL_CACHE_ENTRIES: '0' });
      await pipeline.waitUntilTrusted();
      const fromRedis = await ask(`${await untracked.url()}/cities/BGR`, headers, method);
      const longFromRedis = await ask(`${await untracked.url()}/cities/bgr`, headers, method);
      assert.equal(fromRedis.headers['cache-status'], 'CineSync; hit');
      assert.equal(longFromRedis.headers['cache-status'], 'CineSync; hit');
      assert.deepEqual(comparable(longFromRedis), comparable(fromRedis));
      assert.deepEqual(comparable(short), comparable(long));
      assert.deepEqual(comparable(short), comparable(fromRedis));
      assert.equal(short.headers['x-request-id'] === 'mine', 'x-request-id' in headers);
      await untracked.stop();
      pipeline.apis.pop();
    });
  }

  test('is compressed for who takes gzip, once that is done', async () => {
    await warm();
    const plain = await ask(`${urls[0]}/cities/BGR`);
    const gzipped = await eventually(
      async () => {
        const answer = await ask(`${urls[0]}/cities/BGR`, { 'accept-encoding': 'gzip, br' });
        return answer.headers['content-encoding'] === 'gzip' ? answer : undefined;
      },
      { what: 'compressed bytes' },
    );
    assert.deepEqual(gunzipSync(gzipped.body), plain.body);
    assert.equal(gzipped.headers['content-length'], String(gzipped.body.length));
    assert.equal(gzipped.headers.etag, plain.headers.etag);
    assert.equal((await ask(`${urls[0]}/cities/BGR`)).headers['content-encoding'], undefined);
  });

  test('is gone on every process when the row has changed', async () => {
    await warm();
    await pipeline.sql(`update city set population = 999999 where name = 'Town 1'`);
    await pipeline.waitUntilApplied();
    for (const url of urls) {
      await eventually(
        async () => {
          const { body } = await ask(`${url}/cities/BGR`);
          return body.includes('{"name":"Town 1","population":999999}') || undefined;
        },
        { what: 'the new row' },
      );
    }
  });

  test('is counted and timed like any other, and what is kept is shown', async () => {
    await warm();
    const metrics = (await ask(`${urls[0]}/metrics`)).body.toString();
    assert.match(metrics, /cinesync_reads_total\{resource="city",outcome="memory",.*\} [1-9]/);
    assert.match(metrics, /request_duration_seconds_count\{.*route="\/cities\/:code".*\} [1-9]/);
    assert.match(metrics, /cinesync_memory_entries\{.*\} [1-9]/);
    assert.match(metrics, /cinesync_memory_bytes\{.*\} [1-9]/);
    assert.match(metrics, /cinesync_tracking_proven\{.*\} 1/);
  });

  test('is no answer where there is no row', async () => {
    const path = '/movies/00000000-0000-4000-8000-000000000000';
    for (let time = 0; time < 3; time += 1) {
      assert.equal((await ask(urls[0] + path)).status, 404);
    }
  });

  test('is only for reading', async () => {
    await warm();
    assert.equal((await ask(`${urls[0]}/cities/BGR`, {}, 'DELETE')).status, 405);
  });
});
