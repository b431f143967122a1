// Entries are used only while everything is known to be well. Whenever it is not, answers come from
// Postgres, and the header, /health and the metrics name the same reason.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { suiteScope } from './support/scope.ts';

describe('reads go around the cache', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;

  before(async () => {
    pipeline = await startPipeline(scope, { env: { STALENESS_BOUND_MS: '1500' } });
    await pipeline.sql(
      `insert into city(name, countrycode, population) values ('Dobric', 'BGR', 1)`,
    );
    await pipeline.waitUntilApplied();
  });

  async function statusOf(path: string): Promise<string | null> {
    const response = await fetch(`${await pipeline.apis[0]?.url()}${path}`);
    await response.arrayBuffer();
    return response.headers.get('cache-status');
  }

  /** Waits for the reason in all three places at once. */
  async function waitForBypass(reason: string): Promise<void> {
    const url = await pipeline.apis[0]?.url();
    const [api] = pipeline.apis;
    assert.ok(api);
    await eventually(
      async () => {
        const status = await statusOf('/cities/BGR');
        const { resources } = await pipeline.health(api);
        const metrics = await (await fetch(`${url}/metrics`)).text();
        const gauge = `cinesync_cache_bypassed{resource="city",reason="${reason}",process="api"} 1`;
        const agreed =
          status === `CineSync; fwd=bypass; detail=${reason}` &&
          resources.city?.bypass === reason &&
          metrics.includes(gauge);
        return agreed || undefined;
      },
      { what: `a bypass for the reason ${reason}` },
    );
  }

  async function assertFreshWithoutPipeline(): Promise<void> {
    await pipeline.sql(`update city set population = population + 1 where countrycode = 'BGR'`);
    const { source, data } = await pipeline.get('/cities/BGR');
    assert.equal(source, 'database');
    const rows = await pipeline.sql(
      `select name, population::int from city where countrycode = 'BGR'`,
    );
    assert.deepEqual(data, rows);
  }

  test('never while the pipeline flows: miss, then hit', async () => {
    await pipeline.sql(`select cache.invalidate('city', '{BGR}')`);
    await pipeline.waitUntilApplied();
    assert.equal(await statusOf('/cities/BGR'), 'CineSync; fwd=miss; stored');
    assert.equal(await statusOf('/cities/BGR'), 'CineSync; hit');
  });

  test('when the listener is gone for longer than the bound', async () => {
    const listener = pipeline.listeners.pop();
    await listener?.stop();
    await waitForBypass('lag');
    await assertFreshWithoutPipeline();
    pipeline.startListener();
    await pipeline.waitUntilTrusted();
  });

  test('when the cleaner is gone for longer than the bound', async () => {
    const cleaner = pipeline.cleaners.pop();
    cleaner?.kill('SIGKILL');
    await waitForBypass('lag');
    await assertFreshWithoutPipeline();
    pipeline.startCleaner();
    await pipeline.waitUntilTrusted();
  });

  test('when the positions are gone from Redis', async () => {
    const cleaner = pipeline.cleaners[0];
    cleaner?.kill('SIGSTOP');
    await pipeline.redis.command('FLUSHDB');
    await waitForBypass('position');
    await assertFreshWithoutPipeline();
    cleaner?.kill('SIGCONT');
    await pipeline.waitUntilTrusted();
  });

  test('when changes are not captured, and then only for that resource', async () => {
    await pipeline.sql('alter table city disable trigger all');
    await waitForBypass('capture');
    await assertFreshWithoutPipeline();
    const [api] = pipeline.apis;
    assert.ok(api);
    assert.equal((await pipeline.health(api)).resources.movie?.bypass, null);
    await pipeline.sql('alter table city enable trigger all');
    await pipeline.waitUntilTrusted();
    assert.equal(await statusOf('/cities/BGR'), 'CineSync; fwd=miss; stored');
  });

  test('when Postgres may have lost commits, until everything was flushed', async () => {
    for (const listener of pipeline.listeners) {
      listener.kill('SIGSTOP');
    }
    await pipeline.sql('delete from cache.incarnation');
    await waitForBypass('incarnation');
    for (const listener of pipeline.listeners) {
      listener.kill('SIGCONT');
    }
    await pipeline.waitUntilTrusted();
    assert.equal(await statusOf('/cities/BGR'), 'CineSync; fwd=miss; stored');
  });

  test('when a heartbeat comes from the future', async () => {
    for (const process of [...pipeline.listeners, ...pipeline.cleaners]) {
      process.kill('SIGSTOP');
    }
    const field = `${pipeline.topic('city_updates')}/0`;
    const text = await pipeline.redis.command<string>('HGET', 'cache_position', field);
    const position = JSON.parse(text) as { heartbeat: { atMs: number } };
    position.heartbeat.atMs += 3_600_000;
    await pipeline.redis.command('HSET', 'cache_position', field, JSON.stringify(position));
    await waitForBypass('clock');
    for (const process of [...pipeline.listeners, ...pipeline.cleaners]) {
      process.kill('SIGCONT');
    }
    await pipeline.waitUntilTrusted();
  });
});

test('without running workers nothing is ever answered from the cache', async (t) => {
  const pipeline = await startPipeline(t, { listeners: 0, cleaners: 0, trusted: false });
  const [api] = pipeline.apis;
  assert.ok(api);
  await eventually(
    async () => (await pipeline.health(api)).resources.city?.bypass === 'position' || undefined,
    { what: '/health to say why' },
  );
  for (let read = 0; read < 3; read += 1) {
    assert.equal((await pipeline.get('/cities/BGR')).source, 'database');
  }
  assert.equal(await pipeline.entry('cities_BGR'), null);
});

test('a resource that no table is watched for is not read from the cache', async (t) => {
  const pipeline = await startPipeline(t);
  await pipeline.sql(`select cache.unwatch('city', 'city'); select cache.forget('city', 'city')`);
  const [api] = pipeline.apis;
  assert.ok(api);
  await eventually(
    async () => (await pipeline.health(api)).resources.city?.bypass === 'capture' || undefined,
    { what: 'the bypass' },
  );
  assert.equal((await pipeline.health(api)).resources.movie?.bypass, null);
});
