// A message that nobody can understand is kept for people, costs a flush, and holds nothing up.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { connectKafka, type TopicWatch, watchTopic } from './support/kafka.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { suiteScope } from './support/scope.ts';

describe('a message that can not be understood', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let dead: TopicWatch;

  before(async () => {
    pipeline = await startPipeline(scope, { apis: 0 });
    dead = await watchTopic(scope, pipeline.topic('city_updates.dead'));
  });

  async function send(value: string | null, key = 'BGR'): Promise<void> {
    const producer = connectKafka().producer();
    await producer.connect();
    const topic = pipeline.topic('city_updates');
    await producer.send({ topic, messages: [{ key, value }] });
    await producer.disconnect();
  }

  const unreadable: [title: string, value: string | null, reason: RegExp][] = [
    ['no JSON', 'not json', /JSON/],
    ['no value', null, /JSON/],
    ['no code', '{"action":"invalidate_cache"}', /JSON/],
    ['a code that is none', '{"action":"invalidate_cache","code":"B1"}', /not a code/],
    ['an unknown action', '{"action":"explode","code":"BGR"}', /action/],
    ['a heartbeat without its headers', '{"action":"heartbeat","code":"*"}', /heartbeat/],
  ];

  for (const [title, value, reason] of unreadable) {
    test(`${title}: is set aside with its reason, and the resource is flushed`, async () => {
      await pipeline.redis.command('SET', 'cities_XYZ', '[]');
      const since = dead.messages.length;
      await send(value);
      const kept = await dead.waitFor('the letter', () => true, since);
      assert.match(kept.headers.reason ?? '', reason);
      assert.equal(kept.headers.topic, pipeline.topic('city_updates'));
      assert.match(kept.headers.partition ?? '', /^\d$/);
      assert.match(kept.headers.offset ?? '', /^\d+$/);
      assert.equal(kept.value, value ?? '');
      await eventually(async () => (await pipeline.entry('cities_XYZ')) === null || undefined, {
        what: 'the flush',
      });
    });
  }

  test('a huge one is kept cut short', async () => {
    const since = dead.messages.length;
    await send('x'.repeat(900_000));
    const kept = await dead.waitFor('the letter', () => true, since);
    assert.equal(kept.value, 'x'.repeat(10_000));
  });

  test('what comes after it is applied', async () => {
    await send('not json');
    await pipeline.redis.command('SET', 'cities_BGR', '[]');
    await send('{"action":"invalidate_cache","code":"BGR"}');
    await eventually(async () => (await pipeline.entry('cities_BGR')) === null || undefined, {
      what: 'the delete',
    });
  });
});
