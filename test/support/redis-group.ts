// Redis behind Sentinel: a master, a replica and three sentinels. Both servers have the same port,
// on two addresses of the loopback network, as they would have on two machines.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Places } from '../../stack/places.ts';
import { freePort } from '../../stack/ports.ts';
import type { LocalServer } from '../../stack/servers/local-server.ts';
import { findRedis } from '../../stack/servers/redis.ts';

export const masterName = 'cinesync';
const redisHosts = ['127.0.0.1', '127.0.0.2'] as const;
const sentinelCount = 3;

/** Below the bound of the tests, so that a failover is over before anything else tells. */
const downAfterMs = 1000;

/** Keeps its configuration in a file: sentinels rewrite it when they change who is master. */
function redisOn(host: string, masterPort?: number): LocalServer {
  return configured({
    readyWhen: /Ready to accept connections/,
    env: (port) => ({ REDIS_URL: `redis://${host}:${port}` }),
    write: (port, data) => [
      `bind ${host}`,
      `port ${port}`,
      `dir "${data}"`,
      'save ""',
      'repl-diskless-sync-delay 0',
      `replica-announce-ip ${host}`,
      ...(masterPort === undefined ? [] : [`replicaof ${redisHosts[0]} ${masterPort}`]),
    ],
  });
}

function sentinelOf(masterPort: number): LocalServer {
  return configured({
    words: ['--sentinel'],
    readyWhen: /\+monitor master/,
    env: (port) => ({ REDIS_SENTINEL: `redis://127.0.0.1:${port}` }),
    write: (port, data) => [
      'bind 127.0.0.1',
      `port ${port}`,
      `dir "${data}"`,
      `sentinel monitor ${masterName} ${redisHosts[0]} ${masterPort} 2`,
      `sentinel down-after-milliseconds ${masterName} ${downAfterMs}`,
      `sentinel failover-timeout ${masterName} 5000`,
    ],
  });
}

interface Configured {
  readonly words?: readonly string[];
  readonly readyWhen: RegExp;
  env(port: number): Record<string, string>;
  write(port: number, data: string): string[];
}

function configured({ words = [], readyWhen, env, write }: Configured): LocalServer {
  return {
    name: 'redis',
    defaultPort: 0,
    async prepare(context) {
      const program = await findRedis(context);
      const { data } = context.places;
      const file = join(data, 'redis.conf');
      return {
        title: program.title,
        env,
        launch: async (port) => {
          if (!existsSync(file)) writeFileSync(file, `${write(port, data).join('\n')}\n`);
          return {
            command: program.path,
            args: [file, ...words],
            env: program.env,
            readyWhen,
            stopSignal: 'SIGTERM',
          };
        },
      };
    },
  };
}

export interface RedisGroupMember {
  readonly name: string;
  readonly server: LocalServer;
  readonly port: number;
}

/** In the order in which they start. */
export async function planRedisGroup(): Promise<readonly RedisGroupMember[]> {
  const port = await freePort();
  const sentinels = Array.from({ length: sentinelCount }, async (_, index) => {
    const name = `sentinel-${index + 1}`;
    return { name, server: sentinelOf(port), port: await freePort() };
  });
  const [host, replicaHost] = redisHosts;
  return [
    // First, because a port counts as free while nothing listens there on 127.0.0.1.
    { name: 'redis-2', server: redisOn(replicaHost, port), port },
    { name: 'redis-1', server: redisOn(host), port },
    ...(await Promise.all(sentinels)),
  ];
}

/** What reaches the group, as in REDIS_URL. */
export function redisGroupUrl(group: readonly RedisGroupMember[]): string {
  const sentinels = group.filter(({ name }) => name.startsWith('sentinel'));
  const addresses = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return `redis://${masterName}:${group[0]?.port}?sentinels=${addresses}`;
}

/** A folder of its own below those of a run, for one of several servers of a kind. */
export function placesWithin(places: Places, name: string): Places {
  const own = { ...places, data: join(places.data, name), logs: join(places.logs, name) };
  for (const folder of [own.data, own.logs]) mkdirSync(folder, { recursive: true });
  return own;
}
