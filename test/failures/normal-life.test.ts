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

  /** How often any resource was flushed since ever, as far as the logs have been read. */
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

  /** Whether what did not change is still cached: a flush of any resource would have taken it. */
  async function isKeptOver(deed: () => Promise<void>): Promise<boolean> {
    await entries.fill();
    await pipeline.redis.command('MSET', 'cities_QQQ', '[]', 'movie_unchanged', 'null');
    await deed();
    await entries.change();
    await entries.assertGone();
    return (await pipeline.redis.command('EXISTS', 'cities_QQQ', 'movie_unchanged')) === 2;
  }

  for (const [title, deed] of deeds) {
    test(`no flush, and no change is missed, when ${title}`, async (t) => {
      // A cleaner that a starved machine cut off applies a batch twice, which costs a flush, once.
      const before = countFlushes();
      let kept = await isKeptOver(deed);
      for (let round = 1; round < 3 && !kept; round += 1) {
        kept = await isKeptOver(deed);
      }
      t.diagnostic(`flushes: ${countFlushes() - before}`);
      assert.ok(kept);
    });
  }

  test('and everything still runs, and reads are answered from the cache', async () => {
    await pipeline.waitUntilTrusted();
    await pipeline.warm(`/cities/${entries.codes[0]}`);
  });
});
