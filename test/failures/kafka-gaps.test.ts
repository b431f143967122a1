// Whatever makes a cleaner start elsewhere than where the last one ended: retention, a group that
// was lost, offsets that somebody set. The position stored in Redis shows the gap, and it flushes.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type CityEntries, createCityEntries } from '../support/city-entries.ts';
import { type Pipeline, startPipeline } from '../support/pipeline.ts';
import { suiteScope } from '../support/scope.ts';
import { connectTopicAdmin, type TopicAdmin } from '../support/topic-admin.ts';

describe('while no cleaner runs', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let topics: TopicAdmin;
  let entries: CityEntries;
  let group: string;

  before(async () => {
    pipeline = await startPipeline(scope, { apis: 0 });
    topics = await connectTopicAdmin(scope);
    entries = await createCityEntries(pipeline);
    group = pipeline.topic('cinesync-cleaner');
    await entries.assertGone();
  });

  /** Messages that the next cleaner may never see; on which partitions it flushed, and why. */
  async function flushesAfter(
    loss: (ends: readonly number[]) => Promise<void>,
  ): Promise<Set<string>> {
    await pipeline.cleaners.pop()?.stop();
    await entries.fill();
    await entries.change();
    await entries.waitUntilPublished();
    await loss(await topics.endOffsets(entries.topic));
    const cleaner = pipeline.startCleaner();
    await entries.assertGone();
    // Only when it has ended has all been read that it logged.
    await pipeline.cleaners.pop()?.stop();
    const isOfTopic = ({ event, topic }: Record<string, unknown>) =>
      event === 'redis_sink.flush' && topic === entries.topic;
    const flushes = cleaner.logs.filter(isOfTopic);
    return new Set(
      flushes.map(({ partition, reason }) => `${String(partition)} ${String(reason)}`),
    );
  }

  const everyPartition = new Set(['0 discontinuity', '1 discontinuity', '2 discontinuity']);

  test('nothing is lost: what waited is applied, and nothing is flushed', async () => {
    // A cleaner that a starved machine cut off applies a batch twice, which looks like a gap.
    for (let round = 1; ; round += 1) {
      const flushes = await flushesAfter(async () => undefined);
      if (flushes.size === 0 || round === 3) {
        assert.deepEqual(flushes, new Set());
        return;
      }
    }
  });

  test('retention passes over messages', async () => {
    const flushes = await flushesAfter(() => topics.deleteRecords(entries.topic));
    assert.deepEqual(flushes, everyPartition);
  });

  test('the group is lost', async () => {
    const flushes = await flushesAfter(() => topics.deleteGroup(group));
    assert.deepEqual(flushes, everyPartition);
  });

  test('the offsets are set to the latest', async () => {
    const flushes = await flushesAfter((ends) => topics.commitOffsets(group, entries.topic, ends));
    assert.deepEqual(flushes, everyPartition);
  });

  test('the offsets are set back', async () => {
    const { topic } = entries;
    const flushes = await flushesAfter(async (ends) => {
      const backwards = ends.map((end) => Math.floor(end / 2));
      await topics.commitOffsets(group, topic, backwards);
    });
    assert.deepEqual(flushes, everyPartition);
  });
});
