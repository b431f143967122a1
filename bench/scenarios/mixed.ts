// Reads beside writes: what a tenth of writes does to the slowest reads, and what the cache is
// worth at 0, 1 and 10 % of writes. The API with its cache beside the same one without.

import type { Database } from '../../test/support/database.ts';
import { type Crowd, createCrowd } from '../measure/clients.ts';
import { interleave } from '../measure/rounds.ts';
import { runOpenLoop } from '../measure/schedule.ts';
import { quantile, ratios } from '../measure/statistics.ts';
import type { Figure } from '../measure/verdict.ts';
import { createPool } from '../measure/writers.ts';
import type { ArmReading, Bench, Findings, Scenario } from '../scenario.ts';
import { serverOf } from '../world/arm-process.ts';
import { codeOf, fillCities } from '../world/cities.ts';
import { apiArms, startOurPipeline } from '../world/our-pipeline.ts';
import { assertSameBodies, warm } from './same-bodies.ts';
import { settle } from './settle.ts';

const codes = 200;
const perCode = 50;
const connections = 32;
const writeConnections = 8;
/** Hits, misses and writes, until the compilers of all processes have seen what they will see. */
const warmUpOperations = { quick: 1000, full: 5000 };
/** Well below what two processors can do: a queue would hide what is asked for here. */
const operationsPerSecond = 400;
const goals = [
  { writeShare: 0, atLeast: 3 },
  { writeShare: 0.01, atLeast: 2.5 },
  { writeShare: 0.1, atLeast: 1.5 },
] as const;

export const mixed: Scenario = {
  name: 'mixed',
  about: 'reads beside 0, 1 and 10 % of writes, with the cache and without',
  run: async (bench) => {
    const service = await startService(bench);
    const latency = await measureLatency(bench, service);
    const throughput = await measureThroughput(bench, service);
    await service.assertCurrent();
    return {
      figures: [...latency.figures, ...throughput.figures],
      readings: [...latency.readings, ...throughput.readings],
    };
  },
};

interface Service {
  readonly cached: Crowd;
  readonly uncached: Crowd;
  /** Over connections that are open already. */
  write(): Promise<unknown>;
  settle(): Promise<void>;
  /** The gate: at rest the cache gives what the database holds. */
  assertCurrent(): Promise<void>;
}

async function startService({ scope, report, quick }: Bench): Promise<Service> {
  report('starting');
  const pipeline = await startOurPipeline(scope);
  await fillCities(pipeline.database, { codes, perCode });
  const cached = await serverOf(pipeline.startApi({ ...apiArms.inProcess }));
  const uncached = await serverOf(pipeline.startApi({ ...apiArms.withoutCache }));
  await pipeline.waitUntilTrusted();
  const paths = Array.from({ length: codes }, (_, index) => `/cities/${codeOf(index)}`);
  await warm(cached.url, paths);
  const crowds = [cached, uncached].map(({ port }) => createCrowd([port], connections));
  scope.after(() => crowds.forEach((crowd) => crowd.close()));
  const [withCache, without] = crowds as [Crowd, Crowd];
  const write = createWrite(scope, pipeline.database);
  report('warming up');
  for (const crowd of crowds) {
    const operation = createOperation({ crowd, writeShare: 0.1, write });
    await repeat(operation, quick ? warmUpOperations.quick : warmUpOperations.full);
  }
  return {
    cached: withCache,
    uncached: without,
    write,
    settle: () => settle(pipeline),
    assertCurrent: async () => {
      await settle(pipeline);
      await pipeline.waitUntilApplied();
      await warm(cached.url, paths);
      await assertSameBodies([cached, uncached], paths);
    },
  };
}

interface Operations {
  readonly crowd: Crowd;
  readonly writeShare: number;
  readonly write: () => Promise<unknown>;
}

function createOperation({ crowd, writeShare, write }: Operations) {
  return async (): Promise<'read' | 'write'> => {
    if (Math.random() < writeShare) {
      await write();
      return 'write';
    }
    await crowd.get(`/cities/${codeOf(Math.floor(Math.random() * codes))}`);
    return 'read';
  };
}

function createWrite(scope: Bench['scope'], { url }: Database): Service['write'] {
  const pool = createPool(url, writeConnections);
  scope.after(() => pool.end());
  return () =>
    pool.query({
      name: 'write',
      text: 'update city set population = population + 1 where id = $1',
      values: [1 + Math.floor(Math.random() * codes * perCode)],
    });
}

async function measureLatency(bench: Bench, service: Service): Promise<Findings> {
  const { rounds, seed, quick, report } = bench;
  const shares = [0, 0.1];
  const p99s = await interleave({
    arms: shares,
    rounds,
    seed,
    report: (turn) => report(`p99 of reads, turn ${turn}`),
    measure: async (writeShare) => {
      await service.settle();
      const { cached: crowd, write } = service;
      const operation = createOperation({ crowd, writeShare, write });
      const reads: number[] = [];
      await runOpenLoop({
        perSecond: operationsPerSecond,
        forMs: quick ? 1000 : 3000,
        random: Math.random,
        request: operation,
        onDone: (kind, latencyMs) => {
          if (kind === 'read') reads.push(latencyMs);
        },
      });
      return quantile(reads, 0.99);
    },
  });
  const [still = [], written = []] = [...p99s.values()];
  return {
    figures: [
      {
        name: 'read p99: at 10 % writes / at none',
        unit: 'ratio',
        values: ratios(written, still),
        goal: { atMost: 1.25 },
      },
    ],
    readings: [still, written].map(
      (values, index): ArmReading => ({
        arm: 'ours',
        at: `${shares[index] === 0 ? 'no' : '10 %'} writes`,
        measure: 'read p99, ms',
        values,
      }),
    ),
  };
}

async function measureThroughput(bench: Bench, service: Service): Promise<Findings> {
  const { rounds, seed, quick, report } = bench;
  const figures: Figure[] = [];
  const readings: ArmReading[] = [];
  for (const { writeShare, atLeast } of goals) {
    const at = `${writeShare * 100} % writes`;
    const rates = await interleave({
      arms: ['with the cache', 'without'] as const,
      rounds,
      seed,
      report: (turn) => report(`${at}, turn ${turn}`),
      measure: async (arm) => {
        await service.settle();
        const crowd = arm === 'without' ? service.uncached : service.cached;
        const operation = createOperation({ crowd, writeShare, write: service.write });
        return await operationsEachSecond(operation, quick ? 300 : 1200);
      },
    });
    const [cached = [], uncached = []] = [...rates.values()];
    figures.push({
      name: `operations per second at ${at}: with the cache / without`,
      unit: 'ratio',
      values: ratios(cached, uncached),
      goal: { atLeast },
    });
    for (const [arm, values] of rates) {
      readings.push({ arm, at, measure: 'operations per second', values });
    }
  }
  return { figures, readings };
}

async function operationsEachSecond(
  operation: () => Promise<unknown>,
  forMs: number,
): Promise<number> {
  const beganMs = performance.now();
  let done = 0;
  await asManyAsConnections(async () => {
    while (performance.now() - beganMs < forMs) {
      await operation();
      done += 1;
    }
  });
  return (done * 1000) / (performance.now() - beganMs);
}

async function repeat(operation: () => Promise<unknown>, times: number): Promise<void> {
  let left = times;
  await asManyAsConnections(async () => {
    for (; left > 0; left -= 1) await operation();
  });
}

async function asManyAsConnections(work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: connections }, work));
}
