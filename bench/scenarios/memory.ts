// Whether an API that has been asked for 100,000 different codes is any bigger for it: bounded
// caches make the second half of them free.

import { readFile } from 'node:fs/promises';
import { createCrowd } from '../measure/clients.ts';
import type { Scenario } from '../scenario.ts';
import { serverOf } from '../world/arm-process.ts';
import { apiArms, startOurPipeline } from '../world/our-pipeline.ts';

const connections = 32;
const films = { full: 100_000, quick: 8_000 };

export const memory: Scenario = {
  name: 'memory',
  about: 'growth of an API over the second half of 100,000 different codes',
  run: async ({ scope, quick, report }) => {
    if (process.platform !== 'linux') {
      return { figures: [], readings: [], missing: ['memory, because this is not Linux'] };
    }
    report('filling the table of films');
    const count = quick ? films.quick : films.full;
    const pipeline = await startOurPipeline(scope);
    await pipeline.sql(`
      insert into movies (id, title, is_published)
      select md5('film ' || n)::uuid, 'Film ' || n, true from generate_series(1, ${count}) as n`);
    const ids = await pipeline.sql<{ id: string }>('select id::text from movies');
    await pipeline.waitUntilApplied();
    const api = await serverOf(pipeline.startApi(apiArms.inProcess));
    await pipeline.waitUntilTrusted();
    const crowd = createCrowd([api.port], connections);
    scope.after(() => crowd.close());
    const sizes: number[] = [];
    let next = 0;
    for (const share of [0.25, 0.5, 0.75, 1]) {
      report(`${share * 100} % of ${count} codes`);
      const work = async (): Promise<void> => {
        for (let id = ids[next]; id !== undefined && next < share * count; id = ids[next]) {
          next += 1;
          await crowd.get(`/movies/${id.id}`);
        }
      };
      await Promise.all(Array.from({ length: connections }, work));
      sizes.push(await residentMb(api.pid));
    }
    const [, half = 0, , all = 0] = sizes;
    return {
      figures: [
        {
          name: `growth over the second half of ${count.toLocaleString('en')} codes`,
          unit: 'MB',
          values: [all - half],
          goal: { atMost: 16 },
        },
      ],
      readings: [{ arm: 'ours', at: 'quarters', measure: 'resident MB', values: sizes }],
    };
  },
};

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
}
