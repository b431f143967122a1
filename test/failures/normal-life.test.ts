// What happens on any day (processes restarted, replaced one by one, added and taken away) costs
// no flush: whatever was cached before and did not change is still cached afterwards.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type CityEntries, createCityEntries } from '../support/city-entries.ts';
import { type Pipeline, startPipeline } from '../support/pipeline.ts';
import type { RunningProcess } from '../support/processes.ts';
import { suiteScope } from '../support/scope.ts';

type Group = 'apis' | 'listeners' | 'cleaners';

describe('on an ordinary day', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let entries: CityEntries;
  const cleaners = new Set<RunningProcess>();

  before(async () => {
    pipeline = await startPipeline(scope);
    entries = await createCityEntries(pipeline);
    await entries.assertGone();
  });

  /** How often this resource, or any other, was flushed since ever. */
  function countFlushes(): number {
    for (const cleaner of pipeline.cleaners) {
      cleaners.add(cleaner);
    }
    const lines = [...cleaners].flatMap(({ logs }) => logs);
    return lines.filter(({ event }) => event === 'redis_sink.flush').length;
  }

  function start(group: Group): RunningProcess {
    const started = {
      apis: () => pipeline.startApi(),
      listeners: () => pipeline.startListener(),
      cleaners: () => pipeline.startCleaner(),
    }[group]();
    countFlushes();
    return started;
  }

  async function stopOldest(group: Group): Promise<void> {
    await pipeline[group].shift()?.stop();
  }

  async function waitUntilReady(group: Group, started: RunningProcess): Promise<void> {
    const event = {
      apis: 'http.listening',
      listeners: 'process.started',
      cleaners: 'kafka_source.joined',
    }[group];
    await started.waitForEvent(event, { timeoutMs: 60_000 });
  }

  async function restart(group: Group): Promise<void> {
    await stopOldest(group);
    start(group);
  }

  /** As a deploy does: the new one first, then without the old one. */
  async function replace(group: Group): Promise<void> {
    await waitUntilReady(group, start(group));
    await stopOldest(group);
  }

  const deeds: [title: string, deed: () => Promise<void>][] = [
    ['the API is restarted', () => restart('apis')],
    ['the listener is restarted', () => restart('listeners')],
    ['the cleaner is restarted', () => restart('cleaners')],
    [
      'everything is replaced, one after another',
      async () => {
        await replace('listeners');
        await replace('cleaners');
        await replace('apis');
      },
    ],
    [
      'a cleaner joins and leaves again',
      async () => {
        await waitUntilReady('cleaners', start('cleaners'));
        await entries.change();
        await stopOldest('cleaners');
      },
    ],
  ];

  /** The flushes that it took; what did not change must still be cached if there was none. */
  async function flushesOver(deed: () => Promise<void>): Promise<number> {
    const before = countFlushes();
    await entries.fill();
    await pipeline.redis.command('SET', 'cities_QQQ', '[]');
    await deed();
    await entries.change();
    await entries.assertGone();
    const flushes = countFlushes() - before;
    if (flushes === 0) {
      assert.equal(await pipeline.entry('cities_QQQ'), '[]');
    }
    return flushes;
  }

  for (const [title, deed] of deeds) {
    test(`no flush, and no change is missed, when ${title}`, async (t) => {
      // A cleaner that a starved machine cut off applies a batch twice, which costs a flush, once.
      const flushes = [await flushesOver(deed)];
      while (flushes.at(-1) !== 0 && flushes.length < 3) {
        flushes.push(await flushesOver(deed));
      }
      t.diagnostic(`flushes: ${flushes.join()}`);
      assert.equal(flushes.at(-1), 0);
    });
  }

  test('and everything still runs, and reads are answered from the cache', async () => {
    await pipeline.waitUntilTrusted();
    await pipeline.warm(`/cities/${entries.codes[0]}`);
  });
});
