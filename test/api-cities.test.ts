// GET /cities/{code}: what is answered, and what is stored for it.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { suiteScope } from './support/scope.ts';

describe('GET /cities/{code}', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let url: string;

  before(async () => {
    pipeline = await startPipeline(scope, { listeners: 0, cleaners: 0 });
    url = (await pipeline.apis[0]?.url()) ?? '';
    await pipeline.sql(`
      insert into city (name, countrycode, population) values
        ('Dobric', 'BGR', 111001), ('Sofia', 'BGR', 1241675), ('Same B', 'BGR', 5),
        ('Same A', 'BGR', 5), ('Quote " and \\ and €', 'ROU', 1)`);
  });

  const bulgaria =
    '[{"name":"Sofia","population":1241675},{"name":"Dobric","population":111001},' +
    '{"name":"Same A","population":5},{"name":"Same B","population":5}]';

  test('answers from the database first and from the cache then, byte for byte', async () => {
    for (const source of ['database', 'cache', 'cache']) {
      const response = await fetch(`${url}/cities/BGR`);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
      assert.equal(response.headers.get('cache-control'), 'no-cache');
      assert.equal(await response.text(), `{"source":"${source}","data":${bulgaria}}`);
    }
  });

  test('stores the array itself, with a time to live a little under the setting', async () => {
    await fetch(`${url}/cities/BGR`);
    assert.equal(await pipeline.entry('cities_BGR'), bulgaria);
    const ttlMs = await pipeline.redis.command<number>('PTTL', 'cities_BGR');
    assert.ok(ttlMs > 320_000 * 0.8 && ttlMs <= 320_000, `${ttlMs} ms`);
  });

  test('knows a code in any case, and the same under /api/v1, as one entry', async () => {
    await pipeline.get('/cities/BGR');
    for (const path of ['/cities/bgr', '/cities/Bgr', '/api/v1/cities/bGr', '/cities/BGR?x=1']) {
      assert.equal((await pipeline.get(path)).source, 'cache');
    }
    assert.deepEqual(await pipeline.redis.command('KEYS', 'cities_[Bb]*'), ['cities_BGR']);
  });

  test('answers an unknown country with an empty array, kept only briefly', async () => {
    assert.deepEqual(await pipeline.get('/cities/XXX'), { source: 'database', data: [] });
    assert.deepEqual(await pipeline.get('/cities/XXX'), { source: 'cache', data: [] });
    const ttlMs = await pipeline.redis.command<number>('PTTL', 'cities_XXX');
    assert.ok(ttlMs > 0 && ttlMs <= 30_000, `${ttlMs} ms`);
  });

  test('keeps names as they are, whatever letters they hold', async () => {
    for (const source of ['database', 'cache']) {
      const data = [{ name: 'Quote " and \\ and €', population: 1 }];
      assert.deepEqual(await pipeline.get('/cities/ROU'), { source, data });
    }
  });

  test('answers HEAD with the headers of GET and nothing else', async () => {
    const full = await fetch(`${url}/cities/BGR`);
    const head = await fetch(`${url}/cities/BGR`, { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(await head.text(), '');
    for (const name of ['content-type', 'content-length', 'cache-control', 'etag', 'vary']) {
      assert.equal(head.headers.get(name), full.headers.get(name), name);
    }
  });

  test('voids an entry by one DEL, whoever sends it', async () => {
    await pipeline.get('/cities/BGR');
    await pipeline.redis.command('DEL', 'cities_BGR');
    assert.equal((await pipeline.get('/cities/BGR')).source, 'database');
    assert.equal((await pipeline.get('/cities/BGR')).source, 'cache');
  });

  test('counts reads and fills, and times requests by route, never by value', async () => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    assert.match(metrics, /cinesync_reads_total\{resource="city",outcome="hit",.*\} [1-9]/);
    assert.match(metrics, /cinesync_fills_total\{resource="city",outcome="stored",.*\} [1-9]/);
    assert.match(metrics, /request_duration_seconds_count\{.*route="\/cities\/:code".*\} [1-9]/);
    assert.doesNotMatch(metrics, /BGR|XXX/i);
  });

  test('does without Redis altogether when the cache is switched off', async () => {
    const api = pipeline.startApi({ ENABLE_CACHE: 'false', REDIS_URL: 'redis://127.0.0.1:1' });
    const plainUrl = await api.url();
    for (let time = 0; time < 3; time += 1) {
      const answer = await (await fetch(`${plainUrl}/cities/BGR`)).text();
      assert.equal(answer, `{"source":"database","data":${bulgaria}}`);
    }
    await eventually(async () => ((await fetch(`${plainUrl}/readyz`)).ok ? true : undefined), {
      what: 'the API to be ready',
    });
    const health = await (await fetch(`${plainUrl}/health`)).json();
    const { checks, resources } = health as {
      checks: object;
      resources: Record<string, { bypass: string }>;
    };
    assert.ok(!('redis' in checks));
    assert.equal(resources.city?.bypass, 'off');
    assert.ok(!api.logs.some(({ event }) => event === 'redis.away'));
  });
});
