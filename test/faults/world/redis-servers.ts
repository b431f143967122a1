// Redis in a run: one server behind the network of the run, or a master and a replica behind three
// sentinels, which tell the processes themselves where the master is.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { redis } from '../../../stack/servers/redis.ts';
import {
  masterName,
  placesWithin,
  planRedisGroup,
  redisGroupUrl,
} from '../../support/redis-group.ts';
import { elapse } from '../elapse.ts';
import type { ServersOptions } from './servers.ts';
import { withRedis } from './sessions.ts';
import { connects, startVictim, type VictimServer } from './start-victim.ts';
import type { Victim } from './victim.ts';

export interface RedisServers {
  /** As in REDIS_URL. */
  readonly address: string;
  readonly hasSentinels: boolean;
  /** Of this moment. */
  master(): { readonly victim: Victim; readonly url: string };
  /** What it would come back with; without it it comes back empty. */
  forgetDump(): void;
  readonly all: readonly Victim[];
  stop(): Promise<void>;
}

const isUp = (env: VictimServer['env']) => connects(env.REDIS_URL ?? env.REDIS_SENTINEL ?? '');

export async function startRedis(options: ServersOptions): Promise<RedisServers> {
  if (options.redis === 'sentinel') return await startGroup(options);
  const { victim, env } = await startVictim({ ...options, name: 'redis', server: redis, isUp });
  const url = env.REDIS_URL ?? '';
  return {
    address: url,
    hasSentinels: false,
    master: () => ({ victim, url }),
    forgetDump: () => removeDump(join(options.places.data, 'redis')),
    all: [victim],
    stop: () => Promise.resolve(),
  };
}

const lookEveryMs = 200;
const settledWithinMs = 60_000;

async function startGroup(options: ServersOptions): Promise<RedisServers> {
  const group = await planRedisGroup();
  const all = new Map<string, VictimServer>();
  for (const { name, server, port } of group) {
    const places = placesWithin(options.places, name);
    all.set(name, await startVictim({ ...options, name, server, port, places, isUp }));
  }
  const sentinels = [...all.values()].flatMap(({ env }) => env.REDIS_SENTINEL ?? []);
  const servers = ['redis-1', 'redis-2'].flatMap((name) => all.get(name) ?? []);
  await untilKnown(sentinels);
  let master = servers[0];
  const look = async (): Promise<void> => {
    const host = await askFirst(sentinels);
    master = servers.find(({ env }) => new URL(env.REDIS_URL ?? '').hostname === host) ?? master;
  };
  const timer = setInterval(() => void look().catch(() => undefined), lookEveryMs);
  return {
    address: redisGroupUrl(group),
    hasSentinels: true,
    master: () => {
      if (master === undefined) throw new Error('There is no Redis.');
      return { victim: master.victim, url: master.env.REDIS_URL ?? '' };
    },
    forgetDump: () => {
      for (const name of ['redis-1', 'redis-2']) removeDump(join(options.places.data, name));
    },
    all: [...all.values()].map(({ victim }) => victim),
    stop: async () => clearInterval(timer),
  };
}

function removeDump(folder: string): void {
  rmSync(join(folder, 'dump.rdb'), { force: true });
}

async function askFirst(sentinels: readonly string[]): Promise<string | undefined> {
  for (const url of sentinels) {
    const words = ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName];
    const answer = await withRedis(url, (command) => command<[string, string]>(...words)).catch(
      () => null,
    );
    if (answer !== null) return answer[0];
  }
  return undefined;
}

/** Only a sentinel that knows the replica and the others can take part in a failover. */
async function untilKnown(sentinels: readonly string[]): Promise<void> {
  const untilMs = performance.now() + settledWithinMs;
  for (const url of sentinels) {
    for (;;) {
      const { replicas, others } = await withRedis(url, async (command) => ({
        replicas: await command<unknown[]>('SENTINEL', 'REPLICAS', masterName),
        others: await command<unknown[]>('SENTINEL', 'SENTINELS', masterName),
      }));
      const isInStep = /"master-link-status"[:,]"ok"/.test(JSON.stringify(replicas));
      if (isInStep && others.length === sentinels.length - 1) break;
      if (performance.now() > untilMs) throw new Error(`The sentinel ${url} stays alone.`);
      await elapse(100);
    }
  }
}
