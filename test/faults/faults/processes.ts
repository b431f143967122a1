// Processes of ours die and stand still: API, listener and cleaner, and above all the listener
// that leads.

import { elapse } from '../elapse.ts';
import type { Actor, Role } from '../world/actors.ts';
import { type Fault, proveThat, type Stage } from './fault.ts';

/** A group waits for a cleaner that was killed as long as for one that is slow. */
const roles: readonly { role: Role; killWeight: number }[] = [
  { role: 'api', killWeight: 3 },
  { role: 'listener', killWeight: 3 },
  { role: 'cleaner', killWeight: 1 },
];
const standstillMs = [20, 10_000] as const;

export const processFaults: readonly Fault[] = [
  ...roles.map(({ role, killWeight }): Fault => {
    return {
      kind: `${role} killed`,
      weight: killWeight,
      durationMs: [0.1, 1],
      fits: (world) => world.inRole(role).length > 0,
      befall: (stage, { random }) => {
        const actor = random.pick(stage.world.inRole(role));
        return stage.alone(actor.name, () => kill(actor));
      },
    };
  }),
  ...roles.map(({ role }): Fault => {
    return {
      kind: `${role} stopped`,
      weight: 5,
      durationMs: standstillMs,
      fits: (world) => world.inRole(role).length > 0,
      befall: (stage, { random, durationMs }) => {
        const actor = random.pick(stage.world.inRole(role));
        return stage.alone(actor.name, () => freeze(actor, durationMs));
      },
    };
  }),
  {
    kind: 'leader hangs',
    weight: 1,
    durationMs: [5000, 10_000],
    fits: (world) => world.pipeline.positionsPerTopic !== null,
    befall: async (stage, { durationMs }) => {
      const leader = await findLeader(stage);
      return stage.alone(leader.name, () => freeze(leader, durationMs));
    },
  },
];

async function kill(actor: Actor) {
  await actor.untilUp();
  const { deaths, pid } = actor;
  await actor.kill();
  await actor.untilUp();
  proveThat(actor.deaths > deaths, `${actor.name} did not end`);
  return { target: actor.name, proof: `${pid} ended, ${actor.pid} answers` };
}

async function freeze(actor: Actor, durationMs: number) {
  await actor.untilUp();
  const { pid } = actor;
  try {
    await actor.freeze();
    await elapse(durationMs);
  } finally {
    actor.resume();
  }
  return { target: actor.name, proof: `${pid} stood still for ${durationMs} ms` };
}

const findLeaderForMs = 5000;

async function findLeader({ world }: Stage): Promise<Actor> {
  const untilMs = performance.now() + findLeaderForMs;
  for (;;) {
    for (const listener of world.inRole('listener')) {
      if ((await roleOf(listener).catch(() => undefined)) === 'leader') return listener;
    }
    proveThat(performance.now() < untilMs, 'no listener leads');
    await elapse(100);
  }
}

async function roleOf({ port }: Actor): Promise<unknown> {
  const url = `http://127.0.0.1:${port}/health`;
  const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
  return ((await response.json()) as { role?: unknown }).role;
}
