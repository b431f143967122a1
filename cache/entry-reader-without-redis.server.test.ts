// What a reader gets while Redis is away or slow: the row, always, and nothing is stored.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Registry } from 'prom-client';
import { cachedResource } from '../contract/resources.ts';
import { RedisConnection } from '../platform/clients/redis.ts';
import { createLogger } from '../platform/logger.ts';
import { Secret } from '../platform/secret.ts';
import { eventually } from '../test/support/eventually.ts';
import { HeldCalls } from '../test/support/held-calls.ts';
import { createRedisDatabase } from '../test/support/redis.ts';
import { reverseScope } from '../test/support/scope.ts';
import { startTcpProxy } from '../test/support/tcp-proxy.ts';
import { EntryReader } from './entry-reader.ts';
import { EntryStore } from './entry-store.ts';
import { createCacheMetrics } from './metrics.ts';
import { sourced, trusting } from '../test/support/trusting.ts';

/** A reader behind a network that can fail, whose loads end when the test says so. */
async function prepare(t: TestContext) {
  const scope = reverseScope(t);
  const { url, command } = await createRedisDatabase(scope);
  const proxy = await startTcpProxy(scope, url);
  const logger = createLogger({ process: 'test', level: 'silent' });
  const redis = new RedisConnection({
    url: new Secret(proxy.through(url)),
    name: 'test',
    deadlineMs: 100,
    logger,
  });
  redis.start();
  scope.after(() => redis.stop());
  await eventually(() => redis.isReady || undefined, { what: 'the connection' });
  const loads = new HeldCalls<[code: string], string>();
  const metrics = createCacheMetrics(new Registry());
  const store = new EntryStore({ redis, leaseMs: 60_000 });
  let refusals = 0;
  t.mock.method(store, 'look', async (key: string) => {
    return await EntryStore.prototype.look.call(store, key).catch((error: unknown) => {
      refusals += 1;
      throw error;
    });
  });
  const waitForRefusals = (count: number) => {
    return eventually(() => refusals === count || undefined, { what: 'Redis to be given up' });
  };
  const resource = cachedResource('city');
  const limits = { ttlSeconds: 320, leaseWaitMs: 60_000 };
  const load = async (code: string) => ({ text: await loads.call(code), incarnation: 'one' });
  const reader = new EntryReader({ resource, store, load, metrics, ...limits, ...trusting });
  const read = async () => sourced(await reader.read('BGR'));
  const find = async () => await reader.find?.('BGR');
  return { redis, proxy, command, loads, metrics, read, find, waitForRefusals };
}

test('who only wants to find an entry does not ask a Redis that was silent again', async (t) => {
  const { proxy, find, waitForRefusals } = await prepare(t);
  proxy.silence();
  const both = Promise.all([find(), find()]);
  await waitForRefusals(1);
  assert.deepEqual(await both, [undefined, undefined]);
  assert.equal(await find(), undefined);
  await waitForRefusals(1);
});

for (const fault of ['away', 'silent'] as const) {
  test(`while Redis is ${fault}, a crowd is answered by two loads`, async (t) => {
    const { proxy, redis, loads, read, command, waitForRefusals } = await prepare(t);
    await command('SET', 'cities_BGR', '[7]', 'PX', '60000');
    if (fault === 'away') {
      await proxy.cut();
      await eventually(() => !redis.isReady || undefined, { what: 'the loss' });
    } else {
      proxy.silence();
    }
    const first = read();
    await loads.nth(0);
    const crowd = Array.from({ length: 20 }, () => read());
    // The crowd came at once and shares its question.
    await waitForRefusals(2);
    assert.equal(loads.begun.length, 1);
    loads.begun[0]?.succeed('[1]');
    assert.deepEqual(await first, { source: 'database', text: '[1]' });
    (await loads.nth(1)).succeed('[2]');
    for (const answer of await Promise.all(crowd)) {
      assert.deepEqual(answer, { source: 'database', text: '[2]' }, 'loaded after they came');
    }
    assert.equal(loads.begun.length, 2);
    assert.equal(await command('GET', 'cities_BGR'), '[7]');
  });
}

test('a fill that Redis does not take costs the reader nothing', async (t) => {
  const { proxy, loads, metrics, read, command } = await prepare(t);
  const reading = read();
  const load = await loads.nth(0);
  await proxy.cut();
  load.succeed('[1]');
  assert.deepEqual(await reading, { source: 'database', text: '[1]' });
  assert.match(await command<string>('GET', 'cities_BGR'), /^L/);
  const { values } = await metrics.fills.get();
  assert.deepEqual(
    values.map(({ labels, value }) => [labels.outcome, value]),
    [['failed', 1]],
  );
});

test('once Redis is back, reads are cached again', async (t) => {
  const { proxy, redis, loads, read } = await prepare(t);
  await proxy.cut();
  await eventually(() => !redis.isReady || undefined, { what: 'the loss' });
  const alone = read();
  (await loads.nth(0)).succeed('[1]');
  assert.equal((await alone).source, 'database');
  await proxy.open();
  await eventually(() => redis.isReady || undefined, { what: 'the connection' });
  const missed = read();
  (await loads.nth(1)).succeed('[2]');
  await missed;
  assert.deepEqual(await read(), { source: 'cache', text: '[2]' });
});
