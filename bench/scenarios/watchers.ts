// What those who watch the dashboard cost the API that shows it: its processor time beside the same
// without them, nobody reading. A hundredth of a second in each second is what a hundredth of its
// reads would take, and far below what reads themselves differ by from second to second.

import type { TestScope } from '../../test/support/processes.ts';
import { pause } from '../../platform/retry.ts';
import { processCpuMs } from '../measure/processor-time.ts';
import { interleave } from '../measure/rounds.ts';
import type { ArmReading, Scenario } from '../scenario.ts';
import { type ArmServer, serverOf } from '../world/arm-process.ts';
import { apiArms, startOurPipeline } from '../world/our-pipeline.ts';

/** The dashboard looks once a second; until then what begins with the first watcher is done. */
const looksBefore = 4;
/** Each takes as long as the dashboard takes to ask for everything once. */
const roundsMax = 3;
const watchersByArm = { 'nobody watches': 0, 'ten watch': 10 } as const;
type Arm = keyof typeof watchersByArm;

export const watchers: Scenario = {
  name: 'watchers',
  about: 'processor time of an API while ten watch the dashboard, and while nobody does',
  run: async ({ scope, rounds, seed, quick, report }) => {
    const pipeline = await startOurPipeline(scope);
    const api = await serverOf(pipeline.startApi({ ...apiArms.inProcess, OPS_PAGE: 'on' }));
    await pipeline.waitUntilTrusted();
    // The first time everything is compiled.
    (await watch(scope, api, 1))();
    const readings = await interleave({
      arms: Object.keys(watchersByArm) as Arm[],
      rounds: Math.min(rounds, roundsMax),
      seed,
      report: (turn) => report(`turn ${turn}`),
      measure: async (arm) => {
        const leave = await watch(scope, api, watchersByArm[arm]);
        const [beganMs, cpuMs] = [performance.now(), await processCpuMs(api.pid)];
        // As long as it takes until everything has been asked once.
        await pause(quick ? 3000 : 10_000);
        const usedMs = (await processCpuMs(api.pid)) - cpuMs;
        leave();
        return (usedMs * 1000) / (performance.now() - beganMs);
      },
    });
    const of = (arm: Arm): number[] => readings.get(arm) ?? [];
    const still = of('nobody watches');
    return {
      figures: [
        {
          name: 'processor time: ten watch the dashboard − nobody does, per second',
          unit: 'ms',
          values: of('ten watch').map((watched, round) => watched - (still[round] ?? 0)),
          goal: { atMost: 10 },
        },
      ],
      readings: [...readings].map(
        ([arm, values]): ArmReading => ({
          arm,
          at: 'rest',
          measure: 'processor time, ms per second',
          values,
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
