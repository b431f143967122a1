// Cleaners come and go while rows are written and read: the group hands partitions around in the
// middle of batches. At the end every cached answer is what the database says, and no batch is
// flushed for ever.

import assert from 'node:assert/strict';
import { before, describe, test, type TestContext } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { type Pipeline, startPipeline } from '../support/pipeline.ts';
import type { LogLine, RunningProcess } from '../support/processes.ts';
import { suiteScope } from '../support/scope.ts';

/** What each join in these lines was given. The lines of one rebalance do not come at once. */
function joinedWith(logs: readonly LogLine[]): string[][] {
  return logs
    .filter(({ event }) => event === 'kafka_source.joined')
    .map(({ assignment }) =>
      Object.entries(assignment as Record<string, number[]>).flatMap(([topic, partitions]) =>
        partitions.map((partition) => `${topic}/${partition}`),
      ),
    );
}

const codes = ['BGR', 'ROU', 'HUN', 'POL', 'CZE', 'AUT', 'DEU', 'FRA'];

describe('under a load of writes and reads', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  const cleaners: RunningProcess[] = [];

  before(async () => {
    pipeline = await startPipeline(scope);
    cleaners.push(...pipeline.cleaners);
    for (const code of codes) {
      await pipeline.sql(
        `insert into city(name, countrycode, population) values ('Town', '${code}', 1)`,
      );
    }
    await pipeline.waitUntilApplied();
  });

  const flushes = () =>
    cleaners.flatMap(({ logs }) => logs.filter(({ event }) => event === 'redis_sink.flush'));

  /** Resolves once the group has taken it in, with partitions or without. */
  async function join(): Promise<RunningProcess> {
    const cleaner = pipeline.startCleaner();
    cleaners.push(cleaner);
    await cleaner.waitForEvent('kafka_source.joined', { timeoutMs: 60_000 });
    return cleaner;
  }

  /** Writes and reads until the work is done. */
  async function underLoad(work: () => Promise<void>): Promise<number> {
    let done = false;
    let writes = 0;
    const working = work().finally(() => {
      done = true;
    });
    working.catch(() => undefined);
    while (!done) {
      const code = codes[writes % codes.length] ?? '';
      await pipeline.sql(
        `update city set population = population + 1 where countrycode = '${code}'`,
      );
      writes += 1;
      await Promise.all(codes.map((read) => pipeline.get(`/cities/${read}`)));
    }
    await working;
    return writes;
  }

  async function assertNothingMissed(): Promise<void> {
    await pipeline.waitUntilApplied();
    await pipeline.waitUntilTrusted();
    for (const code of codes) {
      const { data } = await pipeline.warm(`/cities/${code}`);
      const rows = await pipeline.sql(
        `select name, population::int from city where countrycode = '${code}'`,
      );
      assert.deepEqual(data, rows, code);
    }
  }

  /** A batch that never seems to continue would go on flushing. */
  async function assertFlushesEnd(): Promise<void> {
    await eventually(
      async () => {
        await pipeline.redis.command('MSET', 'cities_QQQ', '[]', 'movie_unchanged', 'null');
        for (let round = 0; round < 5; round += 1) {
          await pipeline.waitUntilApplied();
        }
        const kept = await pipeline.redis.command('EXISTS', 'cities_QQQ', 'movie_unchanged');
        return kept === 2 || undefined;
      },
      { what: 'the flushes to end', timeoutMs: 120_000 },
    );
  }

  async function churn(t: TestContext, work: () => Promise<void>): Promise<void> {
    const before = flushes().length;
    const writes = await underLoad(work);
    await assertNothingMissed();
    await assertFlushesEnd();
    t.diagnostic(`${writes} writes, ${flushes().length - before} flushes`);
  }

  test('two more cleaners join and leave in order: nothing is missed', async (t) => {
    await churn(t, async () => {
      const second = await join();
      const third = await join();
      await second.stop();
      const fourth = await join();
      await third.stop();
      await fourth.stop();
    });
  });

  test('cleaners are killed and others join: nothing is missed', async (t) => {
    await churn(t, async () => {
      const second = await join();
      const third = await join();
      second.kill('SIGKILL');
      await second.exited;
      await join();
      third.kill('SIGKILL');
      await third.exited;
    });
  });

  test('the cleaner that was there first leaves: nothing is missed', async (t) => {
    await churn(t, async () => {
      await join();
      await pipeline.cleaners[0]?.stop();
    });
  });

  test('a cleaner hangs until the group goes on without it, and comes back', async (t) => {
    await churn(t, async () => {
      const hanging = await join();
      hanging.kill('SIGSTOP');
      const since = cleaners.map(({ logs }) => logs.length);
      const orphaned = joinedWith(hanging.logs).at(-1) ?? [];
      assert.notDeepEqual(orphaned, []);
      await eventually(
        () => {
          const taken = cleaners.flatMap(({ logs }, index) =>
            joinedWith(logs.slice(since[index])).flat(),
          );
          return orphaned.every((partition) => taken.includes(partition)) || undefined;
        },
        { what: 'the others to take its partitions', timeoutMs: 60_000 },
      );
      const resumed = hanging.logs.length;
      hanging.kill('SIGCONT');
      await hanging.waitForEvent('kafka_source.joined', { since: resumed, timeoutMs: 60_000 });
    });
  });
});
