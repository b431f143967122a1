// How fast a backlog goes through the whole pipeline: changes that were committed one by one while
// no listener ran, until a heartbeat after them has been applied to Redis.

import type { Database } from '../../test/support/database.ts';
import type { Scenario } from '../scenario.ts';
import { fillCities } from '../world/cities.ts';
import { startOurPipeline } from '../world/our-pipeline.ts';

const codes = 10_000;
const changesPerCall = 25_000;
const backlog = { full: 1_000_000, quick: 50_000 };

export const drain: Scenario = {
  name: 'drain',
  about: 'a backlog of 1,000,000 single changes, from the listener’s start until it is applied',
  run: async ({ scope, quick, report }) => {
    const changes = quick ? backlog.quick : backlog.full;
    const pipeline = await startOurPipeline(scope);
    await fillCities(pipeline.database, { codes, perCode: 1 });
    await pipeline.waitUntilApplied();
    await pipeline.listeners[0]?.stop();
    await commitOneByOne(pipeline.database, changes, report);
    report('draining');
    const listener = pipeline.startListener();
    await listener.waitForEvent('relay.leader');
    const beganMs = performance.now();
    await pipeline.waitUntilApplied();
    const seconds = (performance.now() - beganMs) / 1000;
    return {
      figures: [
        {
          name: `drain of ${changes.toLocaleString('en')} changes`,
          unit: 'per second',
          values: [changes / seconds],
          goal: { atLeast: 20_000 },
        },
      ],
      readings: [{ arm: 'ours', at: 'backlog', measure: 'seconds', values: [seconds] }],
    };
  },
};

/** In the server, and without waiting for the disk: only what it leaves behind matters. */
async function commitOneByOne(
  database: Database,
  changes: number,
  report: (text: string) => void,
): Promise<void> {
  let begun = 0;
  const commit = async (half: number): Promise<void> => {
    const session = await database.connect();
    await session.query('set synchronous_commit = off');
    while (begun < changes) {
      report(`committing a backlog: ${begun} of ${changes}`);
      begun += changesPerCall;
      // The two of them never wait for the same row.
      await session.query(`do $$ begin
        for change in 1 .. ${changesPerCall} loop
          update city set population = population + 1
            where id = 1 + ${half} + 2 * ((change * 7919) % ${codes / 2});
          commit;
        end loop;
      end $$`);
    }
  };
  await Promise.all([commit(0), commit(1)]);
}
