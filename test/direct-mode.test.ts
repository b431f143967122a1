// Without Kafka: the listener cleans Redis itself, with the same promises; and an installation can
// go over to Kafka and back while it runs.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { suiteScope } from './support/scope.ts';

describe('without Kafka', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;

  before(async () => {
    pipeline = await startPipeline(scope, {
      cleaners: 0,
      env: { ENABLE_KAFKA: 'false', KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1' },
    });
    await pipeline.sql(`
      insert into city(name, countrycode, population)
      values ('Dobric', 'BGR', 1), ('Cluj', 'ROU', 1)`);
    await pipeline.waitUntilApplied();
  });

  async function rowsOf(code: string): Promise<unknown> {
    return await pipeline.sql(
      `select name, population::int from city where countrycode = '${code}'`,
    );
  }

  /** Cached before; after the change and its way the cache says what the database says. */
  async function assertFollows(sql: string): Promise<void> {
    await pipeline.warm('/cities/BGR');
    await pipeline.sql(sql);
    await pipeline.waitUntilApplied();
    assert.deepEqual((await pipeline.warm('/cities/BGR')).data, await rowsOf('BGR'));
  }

  test('a change empties its entry and no other', async () => {
    await pipeline.warm('/cities/ROU');
    await assertFollows(`update city set population = 999999 where name = 'Dobric'`);
    assert.equal((await pipeline.get('/cities/ROU')).source, 'cache');
  });

  test('a huge statement and TRUNCATE flush', async () => {
    await assertFollows(`
      insert into city(name, countrycode, population)
      select 'Bulk ' || n, 'USA', n from generate_series(1, 20000) n`);
    await assertFollows(`
      begin; truncate city;
      insert into city(name, countrycode, population) values ('Dobric', 'BGR', 2); commit`);
  });

  test('a listener that is killed loses nothing; its successor flushes', async () => {
    await pipeline.warm('/cities/BGR');
    const killed = pipeline.listeners.pop();
    killed?.kill('SIGKILL');
    await pipeline.sql(`update city set population = population + 1`);
    const successor = pipeline.startListener();
    await successor.waitForEvent('cache_sink.flush');
    await pipeline.waitUntilApplied();
    await pipeline.waitUntilTrusted();
    assert.deepEqual((await pipeline.warm('/cities/BGR')).data, await rowsOf('BGR'));
  });

  test('a Redis that lost everything is flushed before it is trusted', async () => {
    await pipeline.warm('/cities/BGR');
    const [listener] = pipeline.listeners;
    assert.ok(listener);
    const since = listener.logs.length;
    await pipeline.redis.command('FLUSHDB');
    await listener.waitForEvent('cache_sink.flush', {
      since,
      where: (line) => line.reason === 'discontinuity',
    });
    await pipeline.waitUntilTrusted();
    assert.deepEqual((await pipeline.warm('/cities/BGR')).data, await rowsOf('BGR'));
  });
});

test('an installation goes over to Kafka and back while it runs', async (t) => {
  const pipeline = await startPipeline(t, { cleaners: 0, env: { ENABLE_KAFKA: 'false' } });
  await pipeline.sql(`insert into city(name, countrycode, population) values ('Dobric', 'BGR', 1)`);
  await pipeline.waitUntilApplied();

  async function assertFollows(): Promise<void> {
    await pipeline.waitUntilApplied();
    await pipeline.waitUntilTrusted();
    await pipeline.warm('/cities/BGR');
    await pipeline.sql(`update city set population = population + 1`);
    await pipeline.waitUntilApplied();
    const rows = await pipeline.sql('select name, population::int from city');
    assert.deepEqual((await pipeline.warm('/cities/BGR')).data, rows);
  }

  await assertFollows();
  await pipeline.listeners.pop()?.stop();
  pipeline.enableKafka(true);
  pipeline.startListener();
  pipeline.startCleaner();
  await assertFollows();

  // Back again, the cleaner still running: it may apply what is left of the topic at any time.
  await pipeline.listeners.pop()?.stop();
  pipeline.enableKafka(false);
  pipeline.startListener();
  await assertFollows();
  await pipeline.cleaners.pop()?.stop();
  await assertFollows();
});

test('/health of the API does not ask for a Kafka that is not used', async (t) => {
  const env = { ENABLE_KAFKA: 'false' };
  const pipeline = await startPipeline(t, { listeners: 0, cleaners: 0, env });
  const [api] = pipeline.apis;
  assert.ok(api);
  const checks = await eventually(async () => (await pipeline.health(api)).checks, {
    what: 'health',
  });
  assert.equal(checks.kafka, undefined);
});
