// "Change a city and watch it travel": the UPDATE that the walkthrough types into psql, for people
// who have only a mouse. Only where `npm start` switched it on; never in production.

import type { Database } from '../database.ts';
import { Problem } from '../problem.ts';

export interface DemoOutcome {
  population: number;
  tookMs: number;
}

/** Another number each time, around that of the real town. */
export async function changeCity(database: Database): Promise<DemoOutcome> {
  const startedMs = performance.now();
  const [row] = await database.query({
    name: 'ops_demo',
    text: `
      update city set population = 90000 + (population * 7 + 13) % 60000
       where name = 'Dobric' and countrycode = 'BGR'
      returning population`,
  });
  if (row === undefined) {
    throw new Problem(404, 'There is no Dobric in the table city: npm run seed loads it.');
  }
  return { population: Number(row.population), tookMs: performance.now() - startedMs };
}
