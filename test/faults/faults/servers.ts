// The servers die and stand still: Kafka, Redis and Postgres.

import { elapse } from '../elapse.ts';
import type { Victim } from '../world/victim.ts';
import { withSession } from '../world/sessions.ts';
import type { World } from '../world/world.ts';
import { crashPostgres } from './crash.ts';
import { type Evidence, type Fault, proveThat, type Stage } from './fault.ts';

export const serverFaults: readonly Fault[] = [
  {
    kind: 'Kafka killed',
    weight: 1,
    durationMs: [0.1, 1],
    fits: (world) => world.servers.brokers.length > 0,
    befall: (stage, { random }) =>
      stage.alone('kafka', () => killServer(random.pick(stage.world.servers.brokers))),
  },
  {
    kind: 'Redis killed',
    weight: 2,
    durationMs: [0.1, 1],
    fits: () => true,
    befall: ({ world, alone }) =>
      alone('redis', () => {
        world.servers.forgetRedisDump();
        return killServer(world.servers.redis);
      }),
  },
  {
    kind: 'Postgres killed',
    weight: 1,
    durationMs: [0.1, 1],
    fits: () => true,
    befall: (stage) => stage.alone('postgres', () => killPostgres(stage)),
  },
  {
    kind: 'Postgres crashed',
    weight: 1,
    durationMs: [0.1, 1],
    fits: () => true,
    befall: (stage) => stage.alone('postgres', () => crashBackend(stage)),
  },
  standstill('Kafka stopped', 'kafka', ({ servers }) => servers.brokers),
  standstill('Redis stopped', 'redis', ({ servers }) => [servers.redis]),
  standstill('Postgres stopped', 'postgres', ({ servers }) => [servers.postgres]),
];

function standstill(
  kind: string,
  lane: string,
  serversOf: (world: World) => readonly Victim[],
): Fault {
  return {
    kind,
    weight: 3,
    durationMs: [20, 10_000],
    fits: (world) => serversOf(world).length > 0,
    befall: ({ world, alone }, { durationMs, random }) =>
      alone(lane, async () => {
        const server = random.pick(serversOf(world));
        await server.untilUp();
        try {
          await server.freeze();
          await elapse(durationMs);
        } finally {
          server.resume();
        }
        return { target: server.name, proof: `stood still for ${durationMs} ms` };
      }),
  };
}

async function killServer(server: Victim): Promise<Evidence> {
  await server.untilUp();
  const { pid } = server;
  await server.kill();
  await server.untilUp();
  return { target: server.name, proof: `${pid} ended, ${server.pid} answers` };
}

async function killPostgres(stage: Stage): Promise<Evidence> {
  const { postgres } = stage.world.servers;
  await postgres.untilUp();
  const { pid } = postgres;
  const lost = await crashPostgres(stage, () => postgres.kill());
  return { target: 'postgres', proof: `${pid} ended, ${postgres.pid} answers, ${lost} rows lost` };
}

/** A backend that dies takes all others with it, and what had not been written to disk. */
async function crashBackend(stage: Stage): Promise<Evidence> {
  let witnesses = 0;
  const { databaseUrl } = stage.world.servers;
  const lost = await crashPostgres(stage, () =>
    withSession(databaseUrl, async (session) => {
      const ended = new Promise<void>((resolve) => session.on('end', () => resolve()));
      session.on('end', () => {
        witnesses += 1;
      });
      const { rows } = await session.query<{ pid: number }>(
        `select pid from pg_stat_activity
          where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1`,
      );
      proveThat(rows[0] !== undefined, 'no backend to kill');
      process.kill(rows[0]?.pid ?? 0, 'SIGKILL');
      await Promise.race([ended, elapse(5000)]);
    }),
  );
  proveThat(witnesses > 0, 'Postgres did not crash');
  return { target: 'postgres', proof: `all sessions ended, ${lost} rows lost` };
}
