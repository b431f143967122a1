// How long an API answers from its own memory after the entry was deleted in Redis: until the first
// request that was answered otherwise was sent. What is seen from outside is a round trip too long.

import { HttpLink } from '../../test/support/http-link.ts';
import { pause } from '../../platform/retry.ts';
import { quantile } from '../measure/statistics.ts';
import type { Scenario } from '../scenario.ts';
import { serverOf } from '../world/arm-process.ts';
import { codeOf, fillCities } from '../world/cities.ts';
import { apiArms, startOurPipeline } from '../world/our-pipeline.ts';
import { warm } from './same-bodies.ts';

export const coherence: Scenario = {
  name: 'coherence',
  about: 'from the DEL in Redis until no API answers from its memory any more',
  run: async ({ scope, rounds, quick, report }) => {
    const pipeline = await startOurPipeline(scope);
    await fillCities(pipeline.database, { codes: 1, perCode: 20 });
    const api = await serverOf(pipeline.startApi(apiArms.inProcess));
    await pipeline.waitUntilTrusted();
    const path = `/cities/${codeOf(0)}`;
    const link = new HttpLink({ port: api.port, timeoutMs: 10_000 });
    scope.after(() => link.close());
    const p50s: number[] = [];
    const p99s: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      report(`round ${round + 1} of ${rounds}`);
      const gone: number[] = [];
      for (let time = 0; time < (quick ? 50 : 200); time += 1) {
        await warm(api.url, [path], 'memory');
        await pause(5 * Math.random());
        const deletedMs = performance.now();
        const deleting = pipeline.redis.command('DEL', `cities_${codeOf(0)}`);
        gone.push((await firstMissMs(link, path)) - deletedMs);
        await deleting;
      }
      p50s.push(quantile(gone, 0.5));
      p99s.push(quantile(gone, 0.99));
    }
    const name = 'DEL → not answered from memory';
    return {
      figures: [
        { name: `${name}, p50`, unit: 'ms', values: p50s, goal: { atMost: 1 } },
        { name: `${name}, p99`, unit: 'ms', values: p99s, goal: { atMost: 5 } },
      ],
      readings: [],
    };
  },
};

/** When the request was sent that was the first to be answered from the database. */
async function firstMissMs(link: HttpLink, path: string): Promise<number> {
  for (;;) {
    const sentMs = performance.now();
    const { body } = await link.get(path);
    if (body.startsWith('{"source":"database"')) return sentMs;
  }
}
