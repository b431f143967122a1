// What those who watch the dashboard cost the readers of the same API: nobody, and ten at once.

import type { TestScope } from '../../test/support/processes.ts';
import { runClosedLoop, warmUp } from '../measure/closed-loop.ts';
import { interleave } from '../measure/rounds.ts';
import { ratios } from '../measure/statistics.ts';
import type { ArmReading, Scenario } from '../scenario.ts';
import { type ArmServer, serverOf } from '../world/arm-process.ts';
import { codeOf, fillCities } from '../world/cities.ts';
import { apiArms, startOurPipeline } from '../world/our-pipeline.ts';
import { warm } from './same-bodies.ts';

const connections = 32;
/** The dashboard looks once a second. */
const looksBefore = 3;
const watchersByArm = { 'nobody watches': 0, 'ten watch': 10 } as const;
type Arm = keyof typeof watchersByArm;

export const watchers: Scenario = {
  name: 'watchers',
  about: 'cached GET of 1 KB while nobody and while ten watch the dashboard',
  run: async ({ scope, rounds, seed, quick, report }) => {
    const pipeline = await startOurPipeline(scope);
    await fillCities(pipeline.database, { codes: 8, perCode: 22 });
    const api = await serverOf(pipeline.startApi({ ...apiArms.inProcess, OPS_PAGE: 'on' }));
    await pipeline.waitUntilTrusted();
    const paths = Array.from({ length: 8 }, (_, index) => `/cities/${codeOf(index)}`);
    await warm(api.url, paths, 'memory');
    await warmUp({ url: api.url, paths, connections }, quick ? 2000 : 20_000);
    const readings = await interleave({
      arms: Object.keys(watchersByArm) as Arm[],
      // The effect is small: it takes more rounds than others.
      rounds: quick ? rounds : 2 * rounds,
      seed,
      report: (turn) => report(`turn ${turn}`),
      measure: async (arm) => {
        const leave = await watch(scope, api, watchersByArm[arm]);
        const forMs = quick ? 1000 : 3000;
        const reading = await runClosedLoop({
          url: api.url,
          paths,
          pid: api.pid,
          connections,
          forMs,
        });
        leave();
        return reading.requestsPerCpuSecond;
      },
    });
    const of = (arm: Arm): number[] => readings.get(arm) ?? [];
    const name = 'GET 1 KB: ten watch the dashboard / nobody does';
    const values = ratios(of('ten watch'), of('nobody watches'));
    return {
      figures: [{ name, unit: 'ratio', values, goal: { atLeast: 0.99 } }],
      readings: [...readings].map(
        ([arm, perSecond]): ArmReading => ({
          arm,
          at: '1 KB',
          measure: 'requests per second of processor time',
          values: perSecond,
        }),
      ),
    };
  },
};

/** So many follow what the dashboard shows, and have been shown it for a while. */
async function watch(scope: TestScope, { url }: ArmServer, count: number): Promise<() => void> {
  const leaving = new AbortController();
  scope.after(() => leaving.abort());
  for (let watcher = 0; watcher < count; watcher += 1) {
    const { body, status } = await fetch(`${url}/ops/events`, { signal: leaving.signal });
    if (status !== 200 || body === null) throw new Error(`${url}/ops/events: ${status}`);
    const stream = body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
    // What begins with the first watcher is not what watching costs.
    for (let looks = 0; looks < (watcher === 0 ? looksBefore : 1); ) {
      const { value, done } = await stream.next();
      if (done) throw new Error(`${url}/ops/events ended`);
      looks += value.split('event: state').length - 1;
    }
    void readOn(stream).catch(() => undefined);
  }
  return () => leaving.abort();
}

async function readOn(stream: AsyncIterator<string>): Promise<void> {
  while ((await stream.next()).done !== true);
}
