// How long lists, filters and searches take: over the real films with ten clients at once, and
// searches over 100,000 generated ones with one client. All straight from Postgres.

import type { Database } from '../../test/support/database.ts';
import { generateFilms, loadRealFilms } from '../../test/support/films.ts';
import { createCrowd } from '../measure/clients.ts';
import { median, quantile } from '../measure/statistics.ts';
import type { Figure } from '../measure/verdict.ts';
import type { ArmReading, Bench, Scenario } from '../scenario.ts';
import { type ArmServer, serverOf } from '../world/arm-process.ts';
import { startOurPipeline } from '../world/our-pipeline.ts';
import { drawQuestions } from './questions.ts';

const generated = { full: 100_000, quick: 20_000 };
const goals = { real: { atMost: 50 }, generated: { atMost: 100 } };

export const lists: Scenario = {
  name: 'lists',
  about: 'lists, filters and searches of 3,201 films, and searches of 100,000',
  run: async (bench) => {
    const { quick, report } = bench;
    report('starting');
    const { database, api } = await startCatalogue(bench);
    const readings: ArmReading[] = [];
    const ask = async (films: string, kind: string, paths: readonly string[], clients: number) => {
      const crowd = createCrowd([api.port], clients);
      try {
        const times = await timeEach(crowd, paths, clients, bench);
        const at = `${films} films, ${clients} at once`;
        readings.push({ arm: kind, at, measure: 'p50 ms', values: times.map(median) });
        return times.map((round) => quantile(round, 0.99));
      } finally {
        crowd.close();
      }
    };

    const figures: Figure[] = [];
    const real = await drawQuestions(database, bench.seed);
    for (const [kind, paths] of Object.entries(real)) {
      report(`${kind} of the real films`);
      const values = await ask('3,201', kind, paths, 10);
      figures.push({ name: `${kind} of 3,201 films, p99`, unit: 'ms', values, goal: goals.real });
    }
    report('generating films');
    const films = quick ? generated.quick : generated.full;
    await generateFilms(database, { films, persons: films / 3 });
    await settle(database);
    report('searches of the generated films');
    const { searches } = await drawQuestions(database, bench.seed);
    const count = films.toLocaleString('en');
    const values = await ask(count, 'searches', searches, 1);
    const name = `searches of ${count} films, p99`;
    figures.push({ name, unit: 'ms', values, goal: goals.generated });
    return { figures, readings };
  },
};

async function startCatalogue({ scope }: Bench): Promise<{ database: Database; api: ArmServer }> {
  const pipeline = await startOurPipeline(scope);
  const api = await serverOf(pipeline.startApi());
  await loadRealFilms(pipeline.database);
  await settle(pipeline.database);
  return { database: pipeline.database, api };
}

/** As autovacuum leaves it a little later. */
async function settle(database: Database): Promise<void> {
  await database.query('vacuum analyze movies, persons, movie_persons, movie_genres, genres');
}

/** Per round how long each answer took, in ms; the first round only warms up. */
async function timeEach(
  crowd: ReturnType<typeof createCrowd>,
  paths: readonly string[],
  clients: number,
  { rounds }: Bench,
): Promise<number[][]> {
  const all: number[][] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const times: number[] = [];
    const left = [...paths];
    const work = async (): Promise<void> => {
      for (let path = left.pop(); path !== undefined; path = left.pop()) {
        const beganMs = performance.now();
        await crowd.get(path);
        times.push(performance.now() - beganMs);
      }
    };
    await Promise.all(Array.from({ length: clients }, work));
    all.push(times);
  }
  return all.slice(1);
}
