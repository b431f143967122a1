// Cached GETs of 1 KB and of 40 KB: ours beside servers that have the bytes ready, the obvious
// cache and two libraries. A ratio compares what one processor of the answering process gives.

import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pipeline } from '../../test/support/pipeline.ts';
import { type ClosedLoopReading, runClosedLoop, warmUp } from '../measure/closed-loop.ts';
import { interleave } from '../measure/rounds.ts';
import { ratios } from '../measure/statistics.ts';
import type { Figure, Goal } from '../measure/verdict.ts';
import type { ArmReading, Bench, Findings, Scenario } from '../scenario.ts';
import { type ArmServer, serverOf, startArm } from '../world/arm-process.ts';
import { codeOf, fillCities } from '../world/cities.ts';
import { apiArms, startOurPipeline } from '../world/our-pipeline.ts';
import { createUncheckedCopy } from '../world/unchecked-copy.ts';
import { assertSameBodies, warm } from './same-bodies.ts';

/** Some keys, so that no arm gains by merging readers of one. */
const codesPerSize = 8;
const sizes = [
  { at: '1 KB', from: 0, perCode: 22 },
  { at: '40 KB', from: 100, perCode: 950 },
] as const;
const connections = 32;

export const reads: Scenario = {
  name: 'reads',
  about: 'cached GET of 1 KB and 40 KB, ours and seven other ways to answer',
  run: async (bench) => {
    const arms = await startReadArms(bench);
    const findings: Findings[] = [];
    for (const size of sizes) findings.push(await measureSize(bench, arms, size));
    return {
      figures: findings.flatMap(({ figures }) => figures),
      readings: findings.flatMap(({ readings }) => readings),
    };
  },
};

export type ReadArms = ReadonlyMap<string, ArmServer>;

function codesOf({ from }: { from: number }): string[] {
  return Array.from({ length: codesPerSize }, (_, index) => codeOf(from + index));
}

/** All of them up, with every answer cached and the same as everybody's. */
export async function startReadArms({
  scope,
  report,
}: Pick<Bench, 'report' | 'scope'>): Promise<ReadArms> {
  report('starting ours');
  const pipeline = await startOurPipeline(scope);
  for (const size of sizes) {
    await fillCities(pipeline.database, { ...size, codes: codesPerSize });
  }
  const ours = await startApis(scope, pipeline);
  const paths = sizes.flatMap((size) => codesOf(size)).map((code) => `/cities/${code}`);
  for (const [name, { url }] of ours) {
    if (isInProcess(name)) await warm(url, paths, 'memory');
    if (name === 'ours through Redis') await warm(url, paths);
  }
  report('starting the control arms');
  const first = [...ours.values()][0]?.url ?? '';
  const env = {
    ARM_BODIES: await writeBodies(first, paths),
    DATABASE_URL: pipeline.database.url,
    REDIS_URL: pipeline.redis.url,
  };
  const arms = new Map([...ours, ...(await startControls(scope, env))]);
  await assertSameBodies([...arms.values()], paths);
  return arms;
}

async function startApis(
  scope: Bench['scope'],
  pipeline: Pipeline,
): Promise<Map<string, ArmServer>> {
  const unchecked = createUncheckedCopy();
  scope.after(() => unchecked.remove());
  const starts: [name: string, ...Parameters<Pipeline['startApi']>][] = [
    ['ours in process', apiArms.inProcess],
    ['ours through Redis', apiArms.throughRedis],
    ['ours without the cache', apiArms.withoutCache],
    ['ours without checks', apiArms.inProcess, unchecked.main],
  ];
  const ours = new Map<string, ArmServer>();
  // One after the other: together they would take as long, and each much longer.
  for (const [name, ...start] of starts) {
    ours.set(name, await serverOf(pipeline.startApi(...start)));
  }
  await pipeline.waitUntilTrusted();
  return ours;
}

async function startControls(scope: Bench['scope'], env: Record<string, string>) {
  const controls = [
    ['bare node:http', 'bench/arms/bare-http.ts', {}],
    ['fixed Express', 'bench/arms/fixed-express.ts', {}],
    ['fixed Express, plain', 'bench/arms/fixed-express.ts', { ARM_PLAIN: 'true' }],
    ['cache-aside', 'bench/arms/cache-aside.ts', {}],
    ['bentocache', 'bench/arms/bentocache.ts', {}],
    ['async-cache-dedupe', 'bench/arms/async-cache-dedupe.ts', {}],
  ] as const;
  const started = new Map<string, ArmServer>();
  for (const [name, main, own] of controls) {
    started.set(name, await startArm(scope, main, { ...env, ...own }));
  }
  return started;
}

const isInProcess = (name: string) => ['ours in process', 'ours without checks'].includes(name);

/** What ours answers, for the arms that have the bytes ready. */
async function writeBodies(url: string, paths: readonly string[]): Promise<string> {
  const bodies: Record<string, string> = {};
  for (const path of paths) {
    bodies[path.slice('/cities/'.length)] = await (await fetch(url + path)).text();
  }
  const file = join(tmpdir(), `cinesync-bench-${process.pid}-bodies.json`);
  writeFileSync(file, JSON.stringify(bodies));
  return file;
}

type Size = (typeof sizes)[number];

async function measureSize(bench: Bench, arms: ReadArms, size: Size): Promise<Findings> {
  const { rounds, seed, quick, report } = bench;
  const paths = codesOf(size).map((code) => `/cities/${code}`);
  const measure = async (name: string, forMs: number): Promise<ClosedLoopReading> => {
    const { url, pid } = arms.get(name) as ArmServer;
    return await runClosedLoop({ url, paths, pid, connections, forMs });
  };
  const names = [...arms.keys()];
  for (const name of names) {
    report(`warming up, ${size.at}`);
    const { url } = arms.get(name) as ArmServer;
    await warmUp({ url, paths, connections }, quick ? 3000 : 15_000);
  }
  const readings = await interleave({
    arms: names,
    rounds,
    seed,
    report: (turn) => report(`${size.at}, turn ${turn}`),
    measure: (name) => measure(name, quick ? 400 : 800),
  });
  return { figures: figuresOf(readings, size), readings: readingsOf(readings, size) };
}

type Readings = ReadonlyMap<string, readonly ClosedLoopReading[]>;

function figuresOf(readings: Readings, { at }: Size): Figure[] {
  const capacity = (name: string): number[] =>
    (readings.get(name) ?? []).map(({ requestsPerCpuSecond }) => requestsPerCpuSecond);
  const compare = (over: string, under: string, goal?: Goal): Figure => ({
    name: `GET ${at}: ${over} / ${under}`,
    unit: 'ratio',
    values: ratios(capacity(over), capacity(under)),
    ...(goal && { goal }),
  });
  return [
    compare('ours through Redis', 'fixed Express', { atLeast: 0.75 }),
    compare('ours in process', 'fixed Express', { atLeast: 0.95 }),
    compare('ours in process', 'cache-aside', { atLeast: at === '1 KB' ? 3 : 8 }),
    compare('ours in process', 'ours without checks', { atLeast: 0.97 }),
    compare('ours through Redis', 'cache-aside'),
    compare('ours in process', 'bentocache'),
    compare('ours in process', 'async-cache-dedupe'),
    compare('ours in process', 'fixed Express, plain'),
    compare('ours in process', 'bare node:http'),
  ];
}

function readingsOf(readings: Readings, { at }: Size): ArmReading[] {
  return [...readings].flatMap(([arm, rounds]) => [
    {
      arm,
      at,
      measure: 'requests per second',
      values: rounds.map(({ requestsPerSecond }) => requestsPerSecond),
    },
    {
      arm,
      at,
      measure: 'processor time per request, µs',
      values: rounds.map(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest),
    },
  ]);
}
