// What capture takes from writers: commits per second of 1, 4, 16 and 32 of them, with the disk as
// it is and with 2 ms added to each flush; ours in both modes, the obvious pipeline, and none.

import { pause } from '../../platform/retry.ts';
import { interleave } from '../measure/rounds.ts';
import { ratios } from '../measure/statistics.ts';
import type { Figure, Goal } from '../measure/verdict.ts';
import { startWriters } from '../measure/writers.ts';
import type { ArmReading, Bench, Findings, Scenario } from '../scenario.ts';
import { fillCities } from '../world/cities.ts';
import { captureBy, createCapturedDatabase } from '../world/databases.ts';
import { startObviousPipeline } from '../world/obvious-pipeline.ts';
import { startOurPipeline } from '../world/our-pipeline.ts';
import { settle } from './settle.ts';

type Name = 'no capture' | 'obvious' | 'ours, row' | 'ours, stmt';

interface Arm {
  readonly name: Name;
  readonly url: string;
  readonly settle: () => Promise<void>;
}

const codes = 1000;
const perCode = 10;
const ids = { from: 1, to: codes * perCode };
const slowDiskMs = 2;
/** Eight conditions of four arms: more would take too long. */
const roundsMax = 3;

export const writes: Scenario = {
  name: 'writes',
  about: 'commits per second of 1, 4, 16 and 32 writers, captured and not, on two disks',
  run: async (bench) => {
    const { fsyncDelay } = bench.world;
    bench.report('starting four databases and three pipelines');
    const arms = await startArms(bench);
    const findings = [await measureDisk(bench, arms, { disk: 'disk as it is', goals: quickDisk })];
    if (fsyncDelay.missing === null) {
      fsyncDelay.set(slowDiskMs);
      bench.scope.after(() => fsyncDelay.set(0));
      const disk = `${slowDiskMs} ms added to fsync`;
      findings.push(await measureDisk(bench, arms, { disk, goals: slowDisk }));
      fsyncDelay.set(0);
    }
    return {
      figures: findings.flatMap(({ figures }) => figures),
      readings: findings.flatMap(({ readings }) => readings),
      missing:
        fsyncDelay.missing === null ? [] : [`with a slow disk, because ${fsyncDelay.missing}`],
    };
  },
};

type Goals = (name: Name, writers: number) => Goal | undefined;

const quickDisk: Goals = (name) => (name === 'ours, row' ? { atLeast: 0.75 } : undefined);

const slowDisk: Goals = (name, writers) =>
  name === 'obvious' ? undefined : { atLeast: writers >= 16 ? 0.95 : 0.9 };

async function startArms({ scope }: Bench): Promise<Arm[]> {
  const none = await createCapturedDatabase(scope, 'none');
  const statements = await startOurPipeline(scope);
  const rows = await startOurPipeline(scope);
  await captureBy(rows.database, 'row');
  const obvious = await startObviousPipeline(scope);
  for (const database of [none, statements.database, rows.database, obvious.database]) {
    await fillCities(database, { codes, perCode });
  }
  return [
    { name: 'no capture', url: none.url, settle: async () => undefined },
    { name: 'ours, stmt', url: statements.database.url, settle: () => settle(statements) },
    { name: 'ours, row', url: rows.database.url, settle: () => settle(rows) },
    { name: 'obvious', url: obvious.database.url, settle: () => settle(obvious) },
  ];
}

async function measureDisk(
  bench: Bench,
  arms: readonly Arm[],
  { disk, goals }: { disk: string; goals: Goals },
): Promise<Findings> {
  const { rounds, seed, quick, report } = bench;
  const figures: Figure[] = [];
  const readings: ArmReading[] = [];
  for (const writers of quick ? [1, 16] : [1, 4, 16, 32]) {
    const at = `${writers} ${writers === 1 ? 'writer' : 'writers'}, ${disk}`;
    const rates = await interleave({
      arms,
      rounds: Math.min(rounds, roundsMax),
      seed,
      report: (turn) => report(`${at}, turn ${turn}`),
      measure: (arm) => commitsPerSecond(arm, writers, quick ? 300 : 600),
    });
    const [base = []] = [...rates.values()];
    for (const [{ name }, values] of rates) {
      readings.push({ arm: name, at, measure: 'commits per second', values });
      if (name === 'no capture') continue;
      const goal = goals(name, writers);
      figures.push({
        name: `commits per second, ${at}: ${name} / no capture`,
        unit: 'ratio',
        values: ratios(values, base),
        ...(goal && { goal }),
      });
    }
  }
  return { figures, readings };
}

async function commitsPerSecond(arm: Arm, writers: number, forMs: number): Promise<number> {
  await arm.settle();
  const load = await startWriters(arm.url, { writers, ids });
  // Into the state that a lasting load has: plans made, listener awake.
  await pause(200);
  const [before, beganMs] = [load.commits, performance.now()];
  await pause(forMs);
  const rate = ((load.commits - before) * 1000) / (performance.now() - beganMs);
  await load.stop();
  return rate;
}
