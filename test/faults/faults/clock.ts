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
  const offMs = shownMs - Date.now();
  await elapse(durationMs);
  await restart(actor, 0);
  proveThat(Math.abs(offMs - skew) < toleranceMs, `its clock was off by ${offMs} ms`);
  return { target: actor.name, proof: `its log was ${offMs} ms off` };
}

async function restart(actor: Actor, skew: number): Promise<void> {
  await actor.untilUp();
  actor.skewClock(skew);
  await actor.kill();
  await actor.untilUp();
}

function lastLogTimeMs({ logFile }: Actor): number {
  const times = [...readFileSync(logFile, 'utf8').matchAll(/"time":"([^"]+)"/g)];
  return Date.parse(times.at(-1)?.[1] ?? '');
}
