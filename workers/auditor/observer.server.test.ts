import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Loaded } from '../../cache/guarded-load.ts';
import { cachedResource } from '../../contract/resources.ts';
import { createRedisDatabase } from '../../test/support/redis.ts';
import { Observer } from './observer.ts';

const subject = { resource: cachedResource('city'), code: 'BGR' };
const key = 'cities_BGR';

/** An observer on a Redis of the test's own; the database says one text after the other. */
async function prepare(t: TestContext, texts: string[], beforeLoad?: () => Promise<unknown>) {
  const redis = await createRedisDatabase(t);
  const trust: { bypass: 'lag' | null; trustedSinceMs: number } = {
    bypass: null,
    trustedSinceMs: 0,
  };
  const loads: Loaded[] = [];
  const observer = new Observer({
    redis,
    load: async () => {
      await beforeLoad?.();
      const loaded = { text: texts[loads.length] ?? '', incarnation: 'one' };
      loads.push(loaded);
      return loaded;
    },
    readDatabaseMs: async () => 1,
    trustOf: () => trust,
    incarnation: () => 'one',
  });
  return { redis, trust, loads, observer };
}

test('an entry that equals the database costs one load', async (t) => {
  const { redis, loads, observer } = await prepare(t, ['[1]']);
  await redis.command('SET', key, '[1]', 'PX', '50000');
  const { entry, database } = await observer.look(subject);
  assert.ok(entry.kind === 'value');
  assert.equal(entry.text, '[1]');
  assert.ok(entry.expiresInMs > 0 && entry.expiresInMs <= 50_000);
  assert.equal(entry.expiresAtMs, await redis.command('PEXPIRETIME', key));
  assert.deepEqual(database, loads);
  assert.equal(loads.length, 1);
});

test('an entry that differs is read again, between two loads', async (t) => {
  const order: string[] = [];
  const { redis, loads, observer } = await prepare(t, ['[2]', '[3]'], async () => {
    order.push(loads.length === 0 ? 'first load' : 'second load');
    if (loads.length === 0) {
      await redis.command('SET', key, '[0]', 'PX', '50000');
    }
  });
  await redis.command('SET', key, '[1]', 'PX', '50000');
  const { entry, database } = await observer.look(subject);
  assert.ok(entry.kind === 'value' && entry.text === '[0]', 'as it was after the first load');
  assert.deepEqual(
    database.map(({ text }) => text),
    ['[2]', '[3]'],
  );
  assert.deepEqual(order, ['first load', 'second load']);
});

test('where no value is cached the database is not asked', async (t) => {
  const { redis, loads, observer } = await prepare(t, []);
  assert.deepEqual((await observer.look(subject)).entry, { kind: 'absent' });
  await redis.command('SET', key, 'L123', 'PX', '50000');
  assert.deepEqual((await observer.look(subject)).entry, { kind: 'lease' });
  assert.deepEqual(loads, []);
});

test('a look during which trust ended says so', async (t) => {
  const { redis, trust, observer } = await prepare(t, ['[1]'], async () => {
    trust.bypass = 'lag';
  });
  await redis.command('SET', key, '[1]');
  assert.equal((await observer.look(subject)).trustedSinceMs, Number.POSITIVE_INFINITY);
});

test('while nobody is served the entry, nobody is asked', async (t) => {
  const { redis, trust, loads, observer } = await prepare(t, ['[1]']);
  await redis.command('SET', key, '[1]');
  trust.bypass = 'lag';
  const look = await observer.look(subject);
  assert.deepEqual([look.trustedSinceMs, loads], [Number.POSITIVE_INFINITY, []]);
});
