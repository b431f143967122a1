// A topic that is deleted and made anew counts from 0 again. Whatever it had lost, and wherever a
// cleaner goes on in it, nothing stays cached that a lost message was about.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createCityEntries } from '../support/city-entries.ts';
import { startPipeline } from '../support/pipeline.ts';
import type { LogLine } from '../support/processes.ts';
import { reverseScope } from '../support/scope.ts';
import { connectTopicAdmin } from '../support/topic-admin.ts';

const waysToRenew = [
  ['is deleted', 'kafka_sink.topic_created'],
  ['is deleted while no listener runs', 'kafka_sink.topic_created'],
  ['is deleted and made again by somebody else', 'kafka_sink.topic_renewed'],
] as const;

for (const [way, event] of waysToRenew) {
  async function prepare(t: TestContext) {
    const scope = reverseScope(t);
    const pipeline = await startPipeline(scope, { apis: 0 });
    const topics = await connectTopicAdmin(scope);
    const entries = await createCityEntries(pipeline);
    await entries.assertGone();
    /** The listener has noticed when it resolves. */
    async function renew(): Promise<void> {
      const since = pipeline.listeners[0]?.logs.length ?? 0;
      const where = (line: LogLine) => line.topic === entries.topic;
      if (way === 'is deleted while no listener runs') {
        await pipeline.listeners.pop()?.stop();
        await topics.delete(entries.topic);
        await pipeline.startListener().waitForEvent(event, { where, timeoutMs: 60_000 });
        return;
      }
      if (way === 'is deleted') {
        await topics.delete(entries.topic);
      } else {
        await topics.makeAnew(entries.topic, 3);
      }
      await pipeline.listeners[0]?.waitForEvent(event, { since, where, timeoutMs: 60_000 });
    }
    return { pipeline, topics, entries, renew };
  }

  test(`a topic that ${way}: nothing is missed`, async (t) => {
    const { entries, renew } = await prepare(t);
    for (let round = 0; round < 2; round += 1) {
      await entries.fill();
      await entries.change();
      const renewed = renew();
      await entries.change();
      await renewed;
      await entries.assertGone();
    }
    await entries.fill();
    await entries.change();
    await entries.assertGone();
  });

  test(`a topic that ${way}: a cleaner that seems to continue in it flushes`, async (t) => {
    const { pipeline, topics, entries, renew } = await prepare(t);
    const { topic } = entries;
    // Far enough that the heartbeats do not come here by themselves meanwhile.
    await topics.growTo(topic, [6000, 6000, 6000]);
    await pipeline.waitUntilApplied();
    await pipeline.cleaners.pop()?.stop();
    const stored = await entries.storedOffsets();
    await renew();
    await entries.fill();
    await entries.change();
    await entries.waitUntilPublished();
    const published = await topics.endOffsets(topic);
    assert.ok(published.every((end, partition) => end < (stored[partition] ?? 0)));
    await topics.growTo(topic, stored);
    await topics.commitOffsets(pipeline.topic('cinesync-cleaner'), topic, stored);
    const cleaner = pipeline.startCleaner();
    await entries.assertGone();
    // Only when it has ended has all been read that it logged.
    await cleaner.stop();
    const gaps = cleaner.logs.filter(
      (line) => line.topic === topic && line.reason === 'discontinuity',
    );
    assert.deepEqual(gaps, [], 'there was none to notice');
  });
}
