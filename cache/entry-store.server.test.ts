import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { RedisConnection } from '../platform/clients/redis.ts';
import { createLogger } from '../platform/logger.ts';
import { Secret } from '../platform/secret.ts';
import { eventually } from '../test/support/eventually.ts';
import { startOwnRedis } from '../test/support/own-redis.ts';
import { createRedisDatabase } from '../test/support/redis.ts';
import { reverseScope } from '../test/support/scope.ts';
import { EntryStore } from './entry-store.ts';

const key = 'cities_BGR';
const minuteMs = 60_000;

/** A store, and its Redis seen from outside. */
async function prepare(t: TestContext, { leaseMs = minuteMs, ownServer = false } = {}) {
  const scope = reverseScope(t);
  const server = ownServer ? await startOwnRedis(scope) : undefined;
  const { url, command } = await createRedisDatabase(scope, server);
  const logger = createLogger({ process: 'test', level: 'silent' });
  const redis = new RedisConnection({
    url: new Secret(url),
    name: 'test',
    deadlineMs: minuteMs,
    logger,
  });
  redis.start();
  scope.after(() => redis.stop());
  await eventually(() => redis.isReady || undefined, { what: 'the connection' });
  return { store: new EntryStore({ redis, leaseMs }), command };
}

async function waitUntilGone(store: EntryStore, why: string): Promise<void> {
  await eventually(async () => (await store.look(key)) === null || undefined, { what: why });
}

test('the first who asks gets the lease, the next is shown it, all later the value', async (t) => {
  const { store } = await prepare(t);
  assert.equal(await store.look(key), null);
  assert.equal(await store.takeLease(key, 'L1'), null);
  assert.equal(await store.takeLease(key, 'L2'), 'L1');
  assert.equal(await store.look(key), 'L1');
  assert.equal(await store.fill(key, 'L1', '[1]', minuteMs), true);
  assert.equal(await store.look(key), '[1]');
  assert.equal(await store.takeLease(key, 'L3'), '[1]');
});

test('whatever is stored, lease or value, has an end of its own', async (t) => {
  const { store, command } = await prepare(t, { leaseMs: 3000 });
  await store.takeLease(key, 'L1');
  const leaseLifeMs = await command<number>('PTTL', key);
  assert.ok(leaseLifeMs > 0 && leaseLifeMs <= 3000, `${leaseLifeMs}`);
  await store.fill(key, 'L1', '[1]', 9000);
  const valueLifeMs = await command<number>('PTTL', key);
  assert.ok(valueLifeMs > 3000 && valueLifeMs <= 9000, `${valueLifeMs}`);
});

test('who asks for a lease that is taken does not prolong it', async (t) => {
  const { store, command } = await prepare(t, { leaseMs: minuteMs });
  await command('SET', key, 'L1', 'PX', '5000');
  await store.takeLease(key, 'L2');
  assert.ok((await command<number>('PTTL', key)) <= 5000);
});

test('a DEL voids the lease: nothing is stored under it', async (t) => {
  const { store, command } = await prepare(t);
  await store.takeLease(key, 'L1');
  await command('DEL', key);
  assert.equal(await store.fill(key, 'L1', '[1]', minuteMs), false);
  assert.equal(await store.look(key), null);
});

test('a late fill disturbs neither the lease nor the value of who came after it', async (t) => {
  const { store, command } = await prepare(t);
  await store.takeLease(key, 'L1');
  await command('DEL', key);
  await store.takeLease(key, 'L2');
  assert.equal(await store.fill(key, 'L1', '[1]', minuteMs), false);
  assert.equal(await store.look(key), 'L2');
  assert.equal(await store.fill(key, 'L2', '[2]', minuteMs), true);
  assert.equal(await store.fill(key, 'L1', '[1]', minuteMs), false);
  assert.equal(await store.fill(key, 'L2', '[3]', minuteMs), false, 'a lease is good for once');
  assert.equal(await store.look(key), '[2]');
});

test('a lease that expired refuses the fill', async (t) => {
  const { store } = await prepare(t, { leaseMs: 20 });
  await store.takeLease(key, 'L1');
  await waitUntilGone(store, 'the lease to expire');
  assert.equal(await store.fill(key, 'L1', '[1]', minuteMs), false);
  assert.equal(await store.look(key), null);
});

test('a lease that Redis evicted refuses the fill', async (t) => {
  const { store, command } = await prepare(t, { ownServer: true });
  await store.takeLease(key, 'L1');
  await command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random', 'maxmemory', '1');
  await waitUntilGone(store, 'the lease to be evicted');
  await command('CONFIG', 'SET', 'maxmemory', '0');
  assert.equal(await store.fill(key, 'L1', '[1]', minuteMs), false);
  assert.equal(await store.look(key), null);
});
