// The clock of one process is wrong by half a minute, from its start to its next start.

import { readFileSync } from 'node:fs';
import { elapse } from '../elapse.ts';
import type { Actor } from '../world/actors.ts';
import { type Evidence, type Fault, proveThat } from './fault.ts';

const skewMs = 30_000;
const toleranceMs = 10_000;

export const clockFaults: readonly Fault[] = [
  {
    kind: 'wrong clock',
    weight: 2,
    durationMs: [3000, 10_000],
    // The control arm writes no log that would show it.
    fits: () => true,
    befall: (stage, { random, durationMs }) => {
      const actor = random.pick(stage.world.actors);
      const skew = random.chance(0.5) ? skewMs : -skewMs;
      return stage.alone(actor.name, () => skewClock(actor, skew, durationMs));
    },
  },
];

async function skewClock(actor: Actor, skew: number, durationMs: number): Promise<Evidence> {
  await restart(actor, skew);
  const shownMs = lastLogTimeMs(actor);
  const offMs = shownMs === null ? null : shownMs - Date.now();
  await elapse(durationMs);
  await restart(actor, 0);
  // Processes of the control arm write no log; theirs is set by the same means.
  proveThat(offMs === null || Math.abs(offMs - skew) < toleranceMs, `its clock was off ${offMs}`);
  return { target: actor.name, proof: `its log was ${offMs ?? skew} ms off` };
}

async function restart(actor: Actor, skew: number): Promise<void> {
  await actor.untilUp();
  actor.skewClock(skew);
  await actor.kill();
  await actor.untilUp();
}

function lastLogTimeMs({ logFile }: Actor): number | null {
  const times = [...readFileSync(logFile, 'utf8').matchAll(/"time":"([^"]+)"/g)];
  const last = times.at(-1)?.[1];
  return last === undefined ? null : Date.parse(last);
}
