// What befalls Redis from inside: connections closed, everything deleted, memory short, and the
// past that comes back with an old dump.

import { elapse, persist } from '../elapse.ts';
import { type RedisCommand, withRedis } from '../world/sessions.ts';
import type { PlannedFault } from '../plan.ts';
import { type Evidence, type Fault, proveThat, type Stage } from './fault.ts';

export const redisFaults: readonly Fault[] = [
  onRedis('CLIENT KILL', 4, [0.1, 1], async (stage) => {
    const killed = await visit(stage, (command) =>
      command<number>('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
    );
    proveThat(killed > 0, 'nobody was connected');
    return `${killed} connections closed`;
  }),
  onRedis('FLUSHALL', 3, [0.1, 1], async (stage) => {
    const keys = await visit(stage, async (command) => {
      const size = await entriesThere(command);
      await command('FLUSHALL');
      return size;
    });
    return `${keys} keys deleted`;
  }),
  onRedis('eviction', 3, [500, 4000], (stage, durationMs) =>
    visit(stage, async (command) => {
      const before = await evictedKeys(command);
      await command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random');
      await entriesThere(command);
      const untilMs = performance.now() + durationMs;
      while (performance.now() < untilMs) {
        const used = Number(await readInfo(command, 'used_memory'));
        await command('CONFIG', 'SET', 'maxmemory', String(used - memoryTakenBytes));
        await elapse(evictionPauseMs);
      }
      await command('CONFIG', 'SET', 'maxmemory', '0');
      const evicted = (await evictedKeys(command)) - before;
      proveThat(evicted > 0, 'nothing was evicted');
      return `${evicted} keys evicted`;
    }),
  ),
  onRedis('Redis back from dump', 2, [200, 8000], async (stage, durationMs) => {
    const { servers } = stage.world;
    await visit(stage, async (command) => {
      await entriesThere(command);
      await command('SAVE');
    });
    await elapse(durationMs);
    const { redis } = servers;
    await redis.kill();
    await redis.untilUp();
    const loaded = await visit(stage, (command) => readInfo(command, 'rdb_last_load_keys_loaded'));
    servers.forgetRedisDump();
    proveThat(Number(loaded) > 0, 'the dump was empty');
    return `${loaded} keys as of ${durationMs} ms before`;
  }),
  {
    kind: 'Redis failed over',
    weight: 4,
    durationMs: [20, 4000],
    fits: ({ servers }) => servers.hasSentinels,
    befall: (stage, planned) => stage.alone('redis', () => failOver(stage, planned)),
  },
];

const failoverWithinMs = 30_000;

/** The old master stands still until it was replaced, and then still believes to be the master. */
async function failOver(
  { world: { servers } }: Stage,
  { durationMs }: PlannedFault,
): Promise<Evidence> {
  const old = servers.redis;
  const oldUrl = servers.redisUrl;
  try {
    await old.freeze();
    const hasMoved = async (): Promise<void> => {
      proveThat(servers.redisUrl !== oldUrl, 'the sentinels replaced nobody');
    };
    await persist(hasMoved, { forMs: failoverWithinMs, pauseMs: 100 });
    await elapse(durationMs);
  } finally {
    old.resume();
  }
  return {
    target: old.name,
    proof: `replaced by ${servers.redis.name}, back ${durationMs} ms later`,
  };
}

const entriesMin = 5;
const entriesWithinMs = 10_000;
const memoryTakenBytes = 3000;
const evictionPauseMs = 100;

function onRedis(
  kind: string,
  weight: number,
  durationMs: readonly [number, number],
  befall: (stage: Stage, durationMs: number) => Promise<string>,
): Fault {
  return {
    kind,
    weight,
    durationMs,
    fits: () => true,
    befall: (stage, planned) =>
      stage.alone('redis', async (): Promise<Evidence> => {
        return { target: 'redis', proof: await befall(stage, planned.durationMs) };
      }),
  };
}

function visit<Result>(
  { world }: Stage,
  use: (command: RedisCommand) => Promise<Result>,
): Promise<Result> {
  return persist(() => withRedis(world.servers.redisUrl, use), { forMs: 10_000 });
}

/** A cache that is not in use has nothing to lose: waits until it is, and tells how many. */
async function entriesThere(command: RedisCommand): Promise<number> {
  return await persist(
    async () => {
      const size = await command<number>('DBSIZE');
      proveThat(size >= entriesMin, 'the cache is not in use');
      return size;
    },
    { forMs: entriesWithinMs },
  );
}

async function evictedKeys(command: RedisCommand): Promise<number> {
  return Number(await readInfo(command, 'evicted_keys'));
}

async function readInfo(command: RedisCommand, name: string): Promise<string> {
  const info = await command<string>('INFO');
  return new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? '0';
}
