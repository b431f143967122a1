// Whether an API that has been asked for 100,000 different codes is any bigger for it: bounded
// caches make the second half of them free.

import { readFile } from 'node:fs/promises';
import { memoryFlags } from '../../stack/memory-flags.ts';
import { createCrowd } from '../measure/clients.ts';
import { median } from '../measure/statistics.ts';
import type { Scenario } from '../scenario.ts';
import { serverOf } from '../world/arm-process.ts';
import { apiArms, startOurPipeline } from '../world/our-pipeline.ts';

const connections = 32;
/** The size is looked at as often: between two collections of garbage it goes up and down. */
const steps = 20;
const films = { full: 100_000, quick: 8_000 };

export const memory: Scenario = {
  name: 'memory',
  about: 'growth of an API from the first to the second half of 100,000 different codes',
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
    const api = await serverOf(
      pipeline.startApi({ ...apiArms.inProcess, NODE_OPTIONS: memoryFlags('api').join(' ') }),
    );
    await pipeline.waitUntilTrusted();
    const crowd = createCrowd([api.port], connections);
    scope.after(() => crowd.close());
    const sizes: number[] = [];
    let next = 0;
    for (let step = 1; step <= steps; step += 1) {
      const share = step / steps;
      report(`${Math.round(share * 100)} % of ${count} codes`);
      const work = async (): Promise<void> => {
        for (let id = ids[next]; id !== undefined && next < share * count; id = ids[next]) {
          next += 1;
          await crowd.get(`/movies/${id.id}`);
        }
      };
      await Promise.all(Array.from({ length: connections }, work));
      sizes.push(await residentMb(api.pid));
    }
    return {
      figures: [
        {
          name: `growth from the first to the second half of ${count.toLocaleString('en')} codes`,
          unit: 'MB',
          values: [median(sizes.slice(steps / 2)) - median(sizes.slice(0, steps / 2))],
          goal: { atMost: 16 },
        },
      ],
      readings: [{ arm: 'ours', at: 'each twentieth', measure: 'resident MB', values: sizes }],
    };
  },
};

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
}
