// What a change of a hot row costs the database: statements per invalidation while 1,000 readers
// over three processes ask for it.

import assert from 'node:assert/strict';
import type { Database } from '../../test/support/database.ts';
import { eventually } from '../../test/support/eventually.ts';
import { createCrowd } from '../measure/clients.ts';
import type { Scenario } from '../scenario.ts';
import { pause } from '../../platform/retry.ts';
import { serverOf } from '../world/arm-process.ts';
import { codeOf, fillCities } from '../world/cities.ts';
import { apiArms, startOurPipeline } from '../world/our-pipeline.ts';
import { warm } from './same-bodies.ts';

const readers = 1000;
const processes = 3;
/** Each reader rests about as long between two reads. */
const restMs = 400;
const changesApartMs = 250;

export const stampede: Scenario = {
  name: 'stampede',
  about: 'statements per change of a hot row, 1,000 readers over three processes',
  run: async ({ scope, rounds, quick, report }) => {
    report('starting');
    const pipeline = await startOurPipeline(scope);
    const { database } = pipeline;
    await fillCities(database, { codes: 500, perCode: 20 });
    for (let count = 0; count < processes; count += 1) pipeline.startApi(apiArms.inProcess);
    await pipeline.waitUntilTrusted();
    const servers = await Promise.all(pipeline.apis.map(serverOf));
    const path = `/cities/${codeOf(0)}`;
    for (const { url } of servers) await warm(url, [path]);
    const crowd = createCrowd(
      servers.map(({ port }) => port),
      readers,
    );
    scope.after(() => crowd.close());
    const reading = startReading(() => crowd.get(path));
    const values: number[] = [];
    let before = await countLoads(database);
    for (let round = 0; round < rounds; round += 1) {
      report(`round ${round + 1} of ${rounds}, ${reading.count} reads`);
      const changes = quick ? 6 : 16;
      await change(database, changes);
      const after = await countLoads(database);
      assert.ok(after - before > changes / 2, `${after - before} loads of ${changes} changes`);
      values.push((after - before) / changes);
      before = after;
    }
    await reading.stop();
    return {
      figures: [
        {
          name: `SELECTs per invalidation of a hot key, ${readers} readers`,
          unit: 'statements',
          values,
          goal: { atMost: 1.05 },
        },
      ],
      readings: [{ arm: 'ours', at: 'all rounds', measure: 'reads', values: [reading.count] }],
    };
  },
};

function startReading(read: () => Promise<unknown>) {
  const state = { count: 0, stopping: false };
  const reading = Array.from({ length: readers }, async () => {
    await pause(Math.random() * restMs);
    while (!state.stopping) {
      await read();
      state.count += 1;
      await pause(2 * restMs * Math.random());
    }
  });
  const everybody = Promise.all(reading);
  // Told when it is waited for: until then a read that failed ends nobody else's work.
  everybody.catch(() => undefined);
  return {
    get count() {
      return state.count;
    },
    stop: async () => {
      state.stopping = true;
      await everybody;
    },
  };
}

async function change(database: Database, changes: number): Promise<void> {
  for (let done = 0; done < changes; done += 1) {
    await database.query('update city set population = population + 1 where id = 1');
    await pause(changesApartMs);
  }
}

/**
 * Only a load walks this index. Backends tell the server's statistics up to a second late: they
 * have when two looks a second and a half apart agree.
 */
async function countLoads(database: Database): Promise<number> {
  let last = -1;
  return await eventually(
    async () => {
      await pause(1500);
      const [row] = await database.query<{ scans: string }>(
        `select idx_scan::text as scans from pg_stat_user_indexes
          where indexrelname = 'city_by_country'`,
      );
      const scans = Number(row?.scans);
      const isSettled = scans === last;
      last = scans;
      return isSettled ? scans : undefined;
    },
    { what: 'the statistics to settle', timeoutMs: 20_000 },
  );
}
