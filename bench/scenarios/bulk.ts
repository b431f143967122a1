// One statement that changes many rows: 100,000, which becomes one flush, and 5,000, which are
// named. The listener is not running: measured is what the statement takes.

import { interleave } from '../measure/rounds.ts';
import { median, ratios } from '../measure/statistics.ts';
import type { Figure } from '../measure/verdict.ts';
import type { ArmReading, Bench, Findings, Scenario } from '../scenario.ts';
import type { Database } from '../../test/support/database.ts';
import { fillCities } from '../world/cities.ts';
import { type Capture, createCapturedDatabase } from '../world/databases.ts';

interface Arm {
  readonly name: string;
  readonly database: Database;
}

const captures: Record<Capture, string> = {
  none: 'no capture',
  stmt: 'ours, stmt',
  row: 'ours, row',
  obvious: 'obvious',
};
const codes = 1000;
const perCode = 100;

export const bulk: Scenario = {
  name: 'bulk',
  about: 'one UPDATE of 100,000 and of 5,000 rows, captured and not',
  run: async (bench) => {
    bench.report('filling four databases');
    const arms: Arm[] = [];
    for (const [capture, name] of Object.entries(captures)) {
      const database = await createCapturedDatabase(bench.scope, capture as Capture);
      await fillCities(database, { codes, perCode });
      arms.push({ name, database });
    }
    const all = await measure(bench, arms, { rows: codes * perCode, times: 1 });
    const some = await measure(bench, arms, { rows: 5000, times: bench.quick ? 1 : 5 });
    return {
      figures: [...all.figures, ...some.figures],
      readings: [...all.readings, ...some.readings],
    };
  },
};

async function measure(
  { rounds, seed, report }: Bench,
  arms: readonly Arm[],
  { rows, times }: { rows: number; times: number },
): Promise<Findings> {
  const at = `${rows.toLocaleString('en')} rows`;
  const measured = await interleave({
    arms,
    rounds,
    seed,
    report: (turn) => report(`${at}, turn ${turn}`),
    measure: (arm) => updateMs(arm.database, rows, times),
  });
  const [base = []] = [...measured.values()];
  const figures = [...measured].slice(1).map(
    ([{ name }, values]): Figure => ({
      name: `UPDATE of ${at}: ${name} / no capture`,
      unit: 'ratio',
      values: ratios(values, base),
      ...(rows === codes * perCode && name === 'ours, stmt' && { goal: { atMost: 1.25 } }),
    }),
  );
  const readings = [...measured].map(
    ([{ name }, values]): ArmReading => ({ arm: name, at, measure: 'ms', values }),
  );
  return { figures, readings };
}

/** The middle one of some times; the room that each leaves behind is given back in between. */
async function updateMs(database: Database, rows: number, times: number): Promise<number> {
  const taken: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const beganMs = performance.now();
    await database.query('update city set population = population + 1 where id <= $1', [rows]);
    taken.push(performance.now() - beganMs);
    await database.query('delete from cache.outbox');
    await database.query('vacuum city');
  }
  return median(taken);
}
