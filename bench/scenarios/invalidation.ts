// How long after a commit was acknowledged its key is gone: one commit at a time, and one among
// those of 16 writers that write as fast as they can. Ours beside the obvious pipeline.

import { createPool, type Writers, startWriters } from '../measure/writers.ts';
import { type GoneWatch, watchGone } from '../measure/gone-watch.ts';
import { interleave } from '../measure/rounds.ts';
import { quantile, ratios } from '../measure/statistics.ts';
import type { Figure, Goal } from '../measure/verdict.ts';
import type { ArmReading, Bench, Findings, Scenario } from '../scenario.ts';
import type { Database } from '../../test/support/database.ts';
import { eventually } from '../../test/support/eventually.ts';
import type { RedisDatabase } from '../../test/support/redis.ts';
import { codeOf, fillCities } from '../world/cities.ts';
import { startObviousPipeline } from '../world/obvious-pipeline.ts';
import { startOurPipeline } from '../world/our-pipeline.ts';
import { settle } from './settle.ts';
import { pause } from '../../platform/retry.ts';

interface Arm {
  readonly name: 'obvious' | 'ours';
  readonly database: Database;
  readonly redis: RedisDatabase;
  readonly gone: GoneWatch;
}

const codes = 1000;
const perCode = 10;
/** Of this code nothing else is changed. */
const probedCode = codeOf(0);
const probedIds = { from: 1, to: perCode };
const otherIds = { from: perCode + 1, to: codes * perCode };
const writers = 16;
/** Counted as this when it takes longer: the obvious pipeline may be that far behind. */
const goneWithinMs = 10_000;

export const invalidation: Scenario = {
  name: 'invalidation',
  about: 'from the commit until the key is gone: idle, and at 16 writers',
  run: async (bench) => {
    const arms = [await startOurs(bench), await startObvious(bench)];
    const commits = bench.quick ? 30 : 100;
    const idle = await measure(bench, arms, 'idle', (arm) => probe(arm, commits, 60));
    const busy = await measure(bench, arms, `${writers} writers`, (arm) =>
      underLoad(arm, () => probe(arm, bench.quick ? 20 : 40, 30)),
    );
    await assertNothingLeft(arms);
    return {
      figures: [
        ...compare(idle, 'idle', { p50: { atMost: 1.25 }, p99: { atMost: 1.25 } }),
        ...ownFigures(idle, 'idle'),
        ...compare(busy, `${writers} writers`, { p50: { atMost: 0.5 }, p99: { atMost: 0.5 } }),
        ...ownFigures(busy, `${writers} writers`),
      ],
      readings: [...readingsOf(idle, 'idle'), ...readingsOf(busy, `${writers} writers`)],
    } satisfies Findings;
  },
};

async function startOurs({ scope, report }: Bench): Promise<Arm> {
  report('starting ours');
  const { database, redis } = await startOurPipeline(scope);
  await fillCities(database, { codes, perCode });
  return { name: 'ours', database, redis, gone: await watchGone(scope, redis.url) };
}

async function startObvious({ scope, report }: Bench): Promise<Arm> {
  report('starting the obvious pipeline');
  const { database, redis } = await startObviousPipeline(scope);
  await fillCities(database, { codes, perCode });
  return { name: 'obvious', database, redis, gone: await watchGone(scope, redis.url) };
}

type Latencies = ReadonlyMap<Arm, readonly number[][]>;

async function measure(
  { rounds, seed, report }: Bench,
  arms: readonly Arm[],
  at: string,
  run: (arm: Arm) => Promise<number[]>,
): Promise<Latencies> {
  // Until what the filling left behind has been relayed.
  for (const arm of arms) await settle(arm);
  return await interleave({
    arms,
    rounds,
    seed,
    report: (turn) => report(`${at}, turn ${turn}`),
    measure: run,
  });
}

/** The latencies of so many commits, one after the other with rests of up to that long. */
async function probe({ database, redis, gone }: Arm, commits: number, restMs: number) {
  const key = `cities_${probedCode}`;
  const pool = createPool(database.url, 1);
  const latencies: number[] = [];
  for (let commit = 0; commit < commits; commit += 1) {
    await redis.command('SET', key, '[]');
    const seen = gone.next(key, goneWithinMs).catch(() => undefined);
    await pool.query('update city set population = population + 1 where id = $1', [probedIds.from]);
    const committedMs = performance.now();
    const goneMs = (await seen) ?? committedMs + goneWithinMs;
    latencies.push(goneMs - committedMs);
    await pause(restMs * Math.random());
  }
  await pool.end();
  return latencies;
}

async function underLoad(arm: Arm, work: () => Promise<number[]>): Promise<number[]> {
  const load: Writers = await startWriters(arm.database.url, { writers, ids: otherIds });
  try {
    return await work();
  } finally {
    await load.stop();
    // The next turn is not to be slowed down by what this one left.
    await probe(arm, 1, 0);
  }
}

function compare(latencies: Latencies, at: string, goals: { p50: Goal; p99: Goal }): Figure[] {
  const [ours = [], obvious = []] = [...latencies.values()];
  return ([0.5, 0.99] as const).map((share) => {
    const name = share === 0.5 ? 'p50' : 'p99';
    return {
      name: `commit → key gone, ${at}, ${name}: ours / obvious`,
      unit: 'ratio',
      values: ratios(quantiles(ours, share), quantiles(obvious, share)),
      goal: goals[name],
    };
  });
}

function ownFigures(latencies: Latencies, at: string): Figure[] {
  const [ours = []] = [...latencies.values()];
  const isIdle = at === 'idle';
  return [
    {
      name: `commit → key gone, ${at}, p50: ours`,
      unit: 'ms',
      values: quantiles(ours, 0.5),
      ...(isIdle && { goal: { atMost: 5 } }),
    },
    {
      name: `commit → key gone, ${at}, p99: ours`,
      unit: 'ms',
      values: quantiles(ours, 0.99),
      ...(isIdle && { goal: { atMost: 25 } }),
    },
  ];
}

function readingsOf(latencies: Latencies, at: string): ArmReading[] {
  return [...latencies].flatMap(([{ name: arm }, rounds]) => [
    { arm, at, measure: 'p50, ms', values: quantiles(rounds, 0.5) },
    { arm, at, measure: 'p99, ms', values: quantiles(rounds, 0.99) },
  ]);
}

function quantiles(rounds: readonly (readonly number[])[], share: number): number[] {
  return rounds.map((latencies) => quantile(latencies, share));
}

/** The gate: at rest no key of a changed row is left. */
async function assertNothingLeft(arms: readonly Arm[]): Promise<void> {
  for (const { name, redis } of arms) {
    await eventually(
      async () => (await redis.command('EXISTS', `cities_${probedCode}`)) === 0 || undefined,
      { what: `${name}: the key to be gone at rest` },
    );
  }
}
