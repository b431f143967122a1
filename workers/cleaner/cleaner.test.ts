import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { cachedResources } from '../../contract/resources.ts';
import type { IncomingBatch } from '../../platform/clients/kafka-consumer.ts';
import { TransientError } from '../../platform/errors.ts';
import { createLogger } from '../../platform/logger.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { eventually } from '../../test/support/eventually.ts';
import { Cleaner } from './cleaner.ts';
import type { DeadLetters } from './dead-letters.ts';
import { CleanerMetrics } from './metrics.ts';
import type { RedisSink } from './redis-sink.ts';

const away = new TransientError('redis_failed', 'Redis: away');

/** A cleaner whose sink refuses while `refusal` is set, and notes everything in order. */
function prepare(t: TestContext) {
  const deeds: string[] = [];
  const logged: string[] = [];
  const state = { refusal: null as Error | null, attempts: 0 };
  const sink = {
    apply: async (
      { topic, partition }: { topic: string; partition: number },
      { keys, next }: { keys: string[]; next: string },
    ) => {
      state.attempts += 1;
      if (state.refusal !== null) {
        throw state.refusal;
      }
      deeds.push(`apply ${topic}/${partition} ${keys.join()} to ${next}`);
    },
  };
  const deadLetters = {
    setAside: async (_: unknown, letters: readonly unknown[]) => {
      deeds.push(`set aside ${letters.length}`);
    },
  };
  const logger = createLogger({ process: 'test', level: 'silent' });
  const write = ({ event }: { event: string }) => void logged.push(event);
  t.mock.method(logger, 'child', () => ({ warn: write }));
  const metrics = createMetrics('test');
  const cleaner = new Cleaner({
    topicNamespace: 'blue.',
    sink: sink as unknown as RedisSink,
    deadLetters: deadLetters as unknown as DeadLetters,
    metrics: new CleanerMetrics(metrics),
    logger,
  });
  return { cleaner, deeds, logged, state, metrics };
}

/** One message at offset 7. */
function batch(value: string, keepAlive = async () => undefined): IncomingBatch {
  const message = { offset: 7n, key: 'BGR', value: Buffer.from(value), headers: {} };
  return { topic: 'blue.city_updates', partition: 2, messages: [message], keepAlive };
}

const invalidation = '{"action":"invalidate_cache","code":"BGR"}';

test('a batch is applied to the resource of its topic', async (t) => {
  const { cleaner, deeds } = prepare(t);
  assert.deepEqual(
    cleaner.topics,
    cachedResources.map(({ topic }) => `blue.${topic}`),
  );
  await cleaner.apply(batch(invalidation));
  assert.deepEqual(deeds, ['set aside 0', 'apply blue.city_updates/2 cities_BGR to 8']);
});

test('what can not be read is set aside before the position moves on', async (t) => {
  const { cleaner, deeds, metrics } = prepare(t);
  await cleaner.apply(batch('not json'));
  assert.deepEqual(deeds, ['set aside 1', 'apply blue.city_updates/2  to 8']);
  assert.match(await metrics.metrics(), /dead_letters_total\{resource="city",process="test"\} 1/);
});

test('a Redis that refuses blocks the batch, with signs of life, until it accepts', async (t) => {
  const { cleaner, deeds, logged, state } = prepare(t);
  state.refusal = away;
  let signs = 0;
  const applied = cleaner.apply(batch(invalidation, async () => void (signs += 1)));
  await eventually(() => state.attempts > 3 || undefined, { what: 'several attempts' });
  assert.deepEqual(deeds, ['set aside 0'], 'set aside once, applied never');
  assert.ok(signs >= 3, 'every failure is followed by a sign of life');
  assert.deepEqual(logged, ['cleaner.blocked']);
  state.refusal = null;
  await applied;
  assert.deepEqual(deeds, ['set aside 0', 'apply blue.city_updates/2 cities_BGR to 8']);
});

test('a batch whose partition is somebody else’s now is given up, not applied', {
  timeout: 30_000,
}, async (t) => {
  const { cleaner, deeds, state } = prepare(t);
  state.refusal = away;
  const rebalanced = new Error('the group is rebalancing');
  const applying = cleaner.apply(batch(invalidation, () => Promise.reject(rebalanced)));
  await assert.rejects(applying, rebalanced);
  assert.deepEqual(deeds, ['set aside 0']);
});

test('a fault is not tried again', async (t) => {
  const { cleaner, state } = prepare(t);
  state.refusal = new TypeError('a mistake of ours');
  await assert.rejects(cleaner.apply(batch(invalidation)), { name: 'TypeError' });
  assert.equal(state.attempts, 1);
});

test('a stop ends a batch that waits, and leaves it to be handed out again', async (t) => {
  const { cleaner, deeds, state } = prepare(t);
  state.refusal = away;
  const applying = cleaner.apply(batch(invalidation));
  await eventually(() => state.attempts > 0 || undefined, { what: 'the first attempt' });
  const ended = assert.rejects(applying, { name: 'AbortError' });
  await cleaner.stop();
  await ended;
  assert.deepEqual(deeds, ['set aside 0']);
});

test('a batch of a topic that nobody asked for is a fault', async (t) => {
  const { cleaner } = prepare(t);
  const foreign = { ...batch(invalidation), topic: 'city_updates' };
  await assert.rejects(cleaner.apply(foreign), RangeError);
});
