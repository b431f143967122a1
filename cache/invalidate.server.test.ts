import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { cachedResource } from '../contract/resources.ts';
import { type RedisCommands, RedisConnection } from '../platform/clients/redis.ts';
import { createLogger } from '../platform/logger.ts';
import { Secret } from '../platform/secret.ts';
import { eventually } from '../test/support/eventually.ts';
import { createRedisDatabase } from '../test/support/redis.ts';
import { reverseScope } from '../test/support/scope.ts';
import { EntryStore } from './entry-store.ts';
import { deleteEntries, flushEntries } from './invalidate.ts';
import { deletePositions, type Position, readPositions, writePosition } from './position.ts';

const city = cachedResource('city');
const minuteMs = 60_000;

async function prepare(t: TestContext) {
  const scope = reverseScope(t);
  const { url, command } = await createRedisDatabase(scope);
  const redis = new RedisConnection({
    url: new Secret(url),
    name: 'test',
    deadlineMs: minuteMs,
    logger: createLogger({ process: 'test', level: 'silent' }),
  });
  redis.start();
  scope.after(() => redis.stop());
  await eventually(() => redis.isReady || undefined, { what: 'the connection' });
  const store = new EntryStore({ redis, leaseMs: minuteMs });
  return { commands: redis.pin(minuteMs), store, command };
}

test('a DEL voids the lease of a loader though nothing is cached', async (t) => {
  const { commands, store, command } = await prepare(t);
  await store.takeLease('cities_BGR', 'L1');
  await deleteEntries(commands, ['cities_BGR', 'cities_ROU']);
  assert.equal(await store.fill('cities_BGR', 'L1', '[1]', minuteMs), false);
  assert.equal(await command('DBSIZE'), 0);
});

test('entries are taken away with those that were named, and no others', async (t) => {
  const { commands, command } = await prepare(t);
  await command('MSET', 'cities_BGR', '[]', 'cities_ROU', '[]', 'cities_HUN', '[]');
  await deleteEntries(commands, ['cities_BGR', 'cities_HUN']);
  assert.deepEqual(await command('KEYS', '*'), ['cities_ROU']);
});

test('a flush takes away thousands of entries and every lease, of one resource', async (t) => {
  const { commands, store, command } = await prepare(t);
  for (let thousand = 0; thousand < 5; thousand += 1) {
    const pairs = Array.from({ length: 1000 }, (_, n) => [`cities_${thousand}_${n}`, '[]']);
    await command('MSET', ...pairs.flat());
  }
  await store.takeLease('cities_BGR', 'L1');
  await command('MSET', 'movie_1', 'null', 'cities', '[]', 'other_cities_1', '[]');
  await writePosition(commands, { topic: 'city_updates', partition: 0 }, position);
  await flushEntries(commands, city);
  assert.equal(await store.fill('cities_BGR', 'L1', '[1]', minuteMs), false);
  const left = await command<string[]>('KEYS', '*');
  assert.deepEqual(left.toSorted(), ['cache_position', 'cities', 'movie_1', 'other_cities_1']);
});

const heartbeat = { atMs: 1, partitionCount: 3, incarnation: 'one', bypass: true };
const position = { next: '12345678901234567890', heartbeat };

test('a position is read as it was written, and taken away by topic and partition', async (t) => {
  const { commands } = await prepare(t);
  const first = { next: '1', heartbeat: null };
  await writePosition(commands, { topic: 'city_updates', partition: 0 }, first);
  await writePosition(commands, { topic: 'city_updates', partition: 0 }, position);
  await writePosition(commands, { topic: 'city_updates', partition: 11 }, first);
  await writePosition(commands, { topic: 'movie_updates', partition: 0 }, first);
  assert.deepEqual(
    await positionsOf(commands, 'city_updates'),
    new Map<number, Position>([
      [0, position],
      [11, first],
    ]),
  );
  await deletePositions(commands, 'city_updates', [0, 5, 11]);
  await deletePositions(commands, 'movie_updates', []);
  assert.equal((await positionsOf(commands, 'city_updates')).size, 0);
  assert.equal((await positionsOf(commands, 'movie_updates')).size, 1);
});

test('where nothing was recorded there are no positions', async (t) => {
  const { commands } = await prepare(t);
  assert.deepEqual(await positionsOf(commands, 'city_updates'), new Map());
});

async function positionsOf(redis: RedisCommands, topic: string) {
  return (await readPositions(redis)).get(topic) ?? new Map();
}
