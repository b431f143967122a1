// A message that nobody understands, and a dead-letter topic that does not take it: the resource is
// flushed, the message is logged, and what comes after it is applied.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { connectKafka } from '../support/kafka.ts';
import { type Pipeline, startPipeline } from '../support/pipeline.ts';
import type { RunningProcess } from '../support/processes.ts';
import { suiteScope } from '../support/scope.ts';
import { connectTopicAdmin, type TopicAdmin } from '../support/topic-admin.ts';

describe('a message that can not be understood holds nothing up', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let topics: TopicAdmin;
  let cleaner: RunningProcess;

  before(async () => {
    pipeline = await startPipeline(scope, { apis: 0 });
    topics = await connectTopicAdmin(scope);
    const [first] = pipeline.cleaners;
    assert.ok(first);
    cleaner = first;
  });

  async function waitUntilGone(key: string): Promise<void> {
    await eventually(async () => (await pipeline.entry(key)) === null || undefined, {
      what: `${key} to go`,
      timeoutMs: 60_000,
    });
  }

  async function assertPassed(letter: string): Promise<void> {
    await pipeline.redis.command('SET', 'cities_XYZ', '[]');
    const since = cleaner.logs.length;
    const producer = connectKafka().producer();
    await producer.connect();
    const topic = pipeline.topic('city_updates');
    await producer.send({ topic, messages: [{ value: letter, partition: 1 }] });
    await producer.disconnect();
    const isLastTry = ({ tries }: Record<string, unknown>) => tries === 3;
    await cleaner.waitForEvent('dead_letters.failed', {
      since,
      where: isLastTry,
      timeoutMs: 60_000,
    });
    await cleaner.waitForEvent('dead_letters.set_aside', { since });
    await waitUntilGone('cities_XYZ');
    await pipeline.waitUntilApplied();
    await pipeline.redis.command('SET', 'cities_BGR', '[]');
    await pipeline.sql(`select cache.invalidate('city', '{BGR}')`);
    await waitUntilGone('cities_BGR');
  }

  test('where the dead-letter topic takes only what is smaller', async () => {
    await topics.configure(pipeline.topic('city_updates.dead'), 'max.message.bytes', '200');
    await assertPassed('not json'.repeat(100));
  });

  test('where there is no dead-letter topic', async () => {
    await topics.delete(pipeline.topic('city_updates.dead'));
    await assertPassed('not json');
  });
});
