// A crash of Postgres. Commits that did not wait for the disk may be lost: nobody writes on top of
// what it left before that has been compared with the model, and answers are judged after that.

import { persist } from '../elapse.ts';
import { readRows } from '../workload/rows.ts';
import { withSession } from '../world/sessions.ts';
import type { Stage } from './fault.ts';

const readForMs = 60_000;

/** Resolves with the number of cells that went back to what they were. */
export async function crashPostgres(stage: Stage, crash: () => Promise<void>): Promise<number> {
  const { world, gate, referee, model } = stage;
  const closure = await gate.close();
  referee.hold();
  const fromMs = performance.now();
  try {
    await crash();
    await world.servers.postgres.untilUp();
    await closure.empty;
    const url = world.servers.databaseUrl;
    const rows = await persist(() => withSession(url, readRows), { forMs: readForMs });
    const { lost, impossible } = model.recover(rows, { fromMs, untilMs: performance.now() });
    if (impossible.length > 0) {
      throw new Error(`Postgres lost what it had written to disk: ${impossible.join(', ')}`);
    }
    return lost;
  } finally {
    referee.release();
    closure.open();
  }
}
