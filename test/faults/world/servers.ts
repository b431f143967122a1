// The servers of a run: Postgres, Redis and Kafka of its own, each started again when it dies.

import type { Places } from '../../../stack/places.ts';
import { type ForwardedPort } from '../../../stack/servers/kafka.ts';
import { postgres } from '../../../stack/servers/postgres.ts';
import { startBrokers } from './brokers.ts';
import { startRedis } from './redis-servers.ts';
import { withSession } from './sessions.ts';
import { startVictim } from './start-victim.ts';
import type { Victim } from './victim.ts';

export interface ServersOptions {
  readonly places: Places;
  readonly redis: 'sentinel' | 'single';
  /** One list per broker. None: a run without Kafka. */
  readonly forwarded: readonly (readonly ForwardedPort[])[] | null;
  report(text: string): void;
  say(text: string): void;
}

export interface Servers {
  readonly databaseUrl: string;
  readonly postgres: Victim;
  /** The Redis that is master at this moment. */
  readonly redis: Victim;
  readonly redisUrl: string;
  /** What the processes are told of Redis. */
  readonly redisAddress: string;
  readonly hasSentinels: boolean;
  readonly bootstrapServers: readonly string[];
  /** None in a run without Kafka. */
  readonly brokers: readonly Victim[];
  /** What Redis would come back with; without it it comes back empty. */
  forgetRedisDump(): void;
  stop(): Promise<void>;
}

export async function startServers(options: ServersOptions): Promise<Servers> {
  const [database, cache, brokers] = await Promise.all([
    startVictim({
      ...{ ...options, name: 'postgres', server: postgres },
      isUp: (env) => answersQuery(env.DATABASE_URL ?? ''),
    }),
    startRedis(options),
    startBrokers(options, options.forwarded ?? []),
  ]);
  const all = [...brokers.map(({ victim }) => victim), ...cache.all.toReversed(), database.victim];
  return {
    databaseUrl: database.env.DATABASE_URL ?? '',
    postgres: database.victim,
    get redis() {
      return cache.master().victim;
    },
    get redisUrl() {
      return cache.master().url;
    },
    redisAddress: cache.address,
    hasSentinels: cache.hasSentinels,
    bootstrapServers: brokers.flatMap(({ env }) => env.KAFKA_BOOTSTRAP_SERVERS ?? []),
    brokers: brokers.map(({ victim }) => victim),
    forgetRedisDump: () => cache.forgetDump(),
    stop: async () => {
      await cache.stop();
      for (const victim of all) await victim.stop();
    },
  };
}

function answersQuery(url: string): Promise<boolean> {
  return withSession(url, async (session) => {
    await session.query('select');
    return true;
  });
}
