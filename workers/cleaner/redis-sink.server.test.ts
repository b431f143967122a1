import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { FlushReason } from '../../cache/apply-batch.ts';
import { cachedResource } from '../../contract/resources.ts';
import { RedisConnection } from '../../platform/clients/redis.ts';
import { TransientError } from '../../platform/errors.ts';
import { createLogger } from '../../platform/logger.ts';
import { Secret } from '../../platform/secret.ts';
import { eventually } from '../../test/support/eventually.ts';
import { startOwnRedis } from '../../test/support/own-redis.ts';
import { createRedisDatabase } from '../../test/support/redis.ts';
import { reverseScope } from '../../test/support/scope.ts';
import type { BatchPlan } from './plan.ts';
import { RedisSink } from './redis-sink.ts';

const topic = 'city_updates';
const target = { resource: cachedResource('city'), topic, partition: 1 };
const heartbeat = { atMs: 77, partitionCount: 3, incarnation: 'one', bypass: false };
const alive = async (): Promise<void> => undefined;

function batch(parts: Partial<BatchPlan> = {}): BatchPlan {
  const nothing = { keys: [], flushes: false, heartbeats: [], unreadable: [] };
  return { continues: '20', next: '25', ...nothing, ...parts };
}

/** A sink, its Redis seen from outside, and a topic of three partitions. */
async function prepare(t: TestContext, { ownServer = false } = {}) {
  const scope = reverseScope(t);
  const server = ownServer ? await startOwnRedis(scope) : undefined;
  const { url, command } = await createRedisDatabase(scope, server);
  const logger = createLogger({ process: 'test', level: 'silent' });
  const name = `test-${new URL(url).pathname.slice(1)}`;
  const redis = new RedisConnection({ url: new Secret(url), name, deadlineMs: 5000, logger });
  const flushes: FlushReason[] = [];
  const state = { partitionCount: 3 as number | undefined };
  const sink = new RedisSink({
    redis,
    countPartitions: async () => state.partitionCount,
    onFlush: (_, reason) => void flushes.push(reason),
    logger,
  });
  await sink.start();
  scope.after(() => sink.stop());
  await eventually(() => redis.isReady || undefined, { what: 'the connection' });
  const fill = (...keys: string[]) => command('MSET', ...keys.flatMap((key) => [key, '[]']));
  const keys = async () => (await command<string[]>('KEYS', '*_*')).toSorted();
  const positions = async () => {
    const fields = await command<Record<string, string>>('HGETALL', 'cache_position');
    return Object.fromEntries(
      Object.entries(fields).map(([field, text]) => [field, JSON.parse(text) as unknown]),
    );
  };
  const store = (field: string, next: string, stored: object | null = heartbeat) =>
    command('HSET', 'cache_position', field, JSON.stringify({ next, heartbeat: stored }));
  return { sink, redis, name, command, flushes, state, fill, keys, positions, store };
}

test('a batch that continues takes away what it names, and moves the position', async (t) => {
  const { sink, flushes, fill, keys, positions, store } = await prepare(t);
  await store(`${topic}/1`, '20');
  await fill('cities_BGR', 'cities_ROU', 'movie_1');
  const later = { ...heartbeat, atMs: 78 };
  await sink.apply(target, batch({ keys: ['cities_BGR'], heartbeats: [later] }), alive);
  assert.deepEqual(await keys(), ['cache_position', 'cities_ROU', 'movie_1']);
  assert.deepEqual(await positions(), { [`${topic}/1`]: { next: '25', heartbeat: later } });
  assert.deepEqual(flushes, []);
});

for (const [title, stored] of [
  ['nothing is stored', null],
  ['messages were missed', '19'],
  ['the offsets went back', '30'],
] as const) {
  test(`a batch that does not continue flushes before it is recorded: ${title}`, async (t) => {
    const { sink, flushes, fill, keys, positions, store } = await prepare(t);
    if (stored !== null) {
      await store(`${topic}/1`, stored);
    }
    await fill('cities_BGR', 'cities_ROU', 'movie_1');
    await sink.apply(target, batch(), alive);
    assert.deepEqual(await keys(), ['cache_position', 'movie_1']);
    assert.deepEqual(flushes, ['discontinuity']);
    const recorded = (await positions())[`${topic}/1`] as { next: string };
    assert.equal(recorded.next, '25');
  });
}

test('a Redis that forgot everything is flushed again, whatever was filled since', async (t) => {
  const { sink, command, flushes, fill, keys } = await prepare(t);
  await sink.apply(target, batch(), alive);
  await command('FLUSHDB');
  await fill('cities_BGR');
  await sink.apply(target, batch({ continues: '25', next: '26' }), alive);
  assert.deepEqual(await keys(), ['cache_position']);
  assert.deepEqual(flushes, ['discontinuity', 'discontinuity']);
});

test('a Redis that takes no writes keeps its position, and the batch comes again', async (t) => {
  const { sink, command, fill, keys, positions, store } = await prepare(t, { ownServer: true });
  await store(`${topic}/1`, '20');
  await fill('cities_BGR', 'cities_ROU');
  const again = batch({ keys: ['cities_BGR'] });
  await command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '1');
  await assert.rejects(sink.apply(target, again, alive), /OOM/);
  assert.deepEqual(await keys(), ['cache_position', 'cities_ROU'], 'the DEL was accepted');
  assert.deepEqual(await positions(), { [`${topic}/1`]: { next: '20', heartbeat } });
  await command('CONFIG', 'SET', 'maxmemory', '0');
  await sink.apply(target, again, alive);
  assert.deepEqual(await positions(), { [`${topic}/1`]: { next: '25', heartbeat } });
});

test('an attempt does not outlive its connection: the next may lead elsewhere', async (t) => {
  const { sink, redis, name, command, positions } = await prepare(t);
  const reconnect = async () => {
    const clients = String(await command('CLIENT', 'LIST'));
    const id = new RegExp(`^id=(\\d+) .*name=${name} `, 'm').exec(clients)?.[1] ?? '';
    await command('CLIENT', 'KILL', 'ID', id);
    await eventually(() => (redis.generation === 2 && redis.isReady) || undefined, {
      what: 'the next connection',
    });
  };
  await assert.rejects(sink.apply(target, batch(), reconnect), { code: 'redis_reconnected' });
  assert.deepEqual(await positions(), {});
});

test('an attempt ends when the partition is somebody else’s', async (t) => {
  const { sink, positions } = await prepare(t);
  const rebalanced = new Error('the group is rebalancing');
  const applying = sink.apply(target, batch(), () => Promise.reject(rebalanced));
  await assert.rejects(applying, rebalanced);
  assert.deepEqual(await positions(), {});
});

test('a Redis that is away is tried again by the caller', async (t) => {
  const { sink } = await prepare(t);
  await sink.stop();
  await assert.rejects(sink.apply(target, batch(), alive), (error) => {
    return error instanceof TransientError;
  });
});

test('positions of partitions that are gone are thrown away, with their topic’s', async (t) => {
  const { sink, positions, store } = await prepare(t);
  for (const field of [`${topic}/0`, `${topic}/1`, `${topic}/5`, 'movie_updates/5']) {
    await store(field, '20');
  }
  await sink.apply(target, batch({ heartbeats: [heartbeat] }), alive);
  assert.deepEqual(Object.keys(await positions()).toSorted(), [`${topic}/1`, 'movie_updates/5']);
});

for (const [title, partitionCount] of [
  ['whose heartbeats are only late', 6],
  ['that can not be asked for', undefined],
] as const) {
  test(`positions of a topic ${title} stay`, async (t) => {
    const { sink, state, positions, store } = await prepare(t);
    state.partitionCount = partitionCount;
    await store(`${topic}/1`, '20');
    await store(`${topic}/5`, '20');
    await sink.apply(target, batch({ heartbeats: [heartbeat] }), alive);
    assert.deepEqual(Object.keys(await positions()).toSorted(), [`${topic}/1`, `${topic}/5`]);
  });
}
