// The number of a topic's partitions changes: more may be added, and a topic made anew may have
// fewer. Codes move to other partitions; no change is missed on the way, and no bypass remains.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createCityEntries } from '../support/city-entries.ts';
import { eventually } from '../support/eventually.ts';
import { startPipeline } from '../support/pipeline.ts';
import { reverseScope } from '../support/scope.ts';
import { connectTopicAdmin } from '../support/topic-admin.ts';

async function prepare(t: TestContext, { apis }: { apis: number }) {
  const scope = reverseScope(t);
  const pipeline = await startPipeline(scope, { apis });
  const topics = await connectTopicAdmin(scope);
  const entries = await createCityEntries(pipeline);
  await entries.assertGone();
  /** Resolves once the listener publishes to every one of them. */
  async function addPartitions(count: number): Promise<void> {
    await topics.addPartitions(entries.topic, count);
    await eventually(
      async () => {
        const ends = await topics.endOffsets(entries.topic);
        return (ends.length === count && ends.every((end) => end > 0)) || undefined;
      },
      { what: 'heartbeats on the new partitions', timeoutMs: 60_000 },
    );
  }
  /** Reads are answered from the cache, and they are right. */
  async function assertServed(): Promise<void> {
    await pipeline.waitUntilTrusted();
    for (const code of entries.codes) {
      const { data } = await pipeline.warm(`/cities/${code}`);
      const rows = await pipeline.sql(
        `select name, population::int from city where countrycode = '${code}'`,
      );
      assert.deepEqual(data, rows, code);
    }
  }
  return { pipeline, topics, entries, addPartitions, assertServed };
}

test('partitions are added while rows are written: no change is missed', async (t) => {
  const { pipeline, entries, addPartitions, assertServed } = await prepare(t, { apis: 1 });
  await assertServed();
  let done = false;
  const added = addPartitions(6).finally(() => {
    done = true;
  });
  do {
    await entries.fill();
    await entries.change();
    await entries.waitUntilPublished();
  } while (!done);
  await added;
  await eventually(async () => (await entries.storedOffsets()).length === 6 || undefined, {
    what: 'the cleaner to consume the new partitions',
    timeoutMs: 60_000,
  });
  await entries.assertGone();
  await entries.fill();
  await entries.change();
  await entries.assertGone();
  await assertServed();
  assert.equal(pipeline.cleaners[0]?.kill('SIGCONT'), true, 'it still runs');
});

test('partitions are added and used before a cleaner knows of them: it flushes', async (t) => {
  const { pipeline, entries, addPartitions } = await prepare(t, { apis: 0 });
  await pipeline.cleaners.pop()?.stop();
  await addPartitions(6);
  await entries.fill();
  await entries.change();
  await entries.waitUntilPublished();
  // It joins without a committed offset for the new ones, and begins at their end.
  pipeline.startCleaner();
  await entries.assertGone();
});

test('a topic made anew with fewer partitions is read from the cache again', async (t) => {
  const { topics, entries, addPartitions, assertServed } = await prepare(t, { apis: 1 });
  await addPartitions(6);
  await entries.assertGone();
  await assertServed();
  await entries.fill();
  const changed = entries.change();
  await topics.makeAnew(entries.topic, 3);
  await changed;
  await entries.change();
  await eventually(async () => (await entries.storedOffsets()).length === 3 || undefined, {
    what: 'the positions of the partitions that are gone to go',
    timeoutMs: 60_000,
  });
  await entries.assertGone();
  await assertServed();
  await entries.fill();
  await entries.change();
  await entries.assertGone();
  await assertServed();
});
