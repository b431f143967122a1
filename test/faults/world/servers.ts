// The servers of a run: Postgres, Redis and Kafka of its own, each started again when it dies.

import { join } from 'node:path';
import { connect } from 'node:net';
import { rmSync } from 'node:fs';
import { once } from 'node:events';
import type { Places } from '../../../stack/places.ts';
import { type ForwardedPort, kafkaBehind } from '../../../stack/servers/kafka.ts';
import type { LocalServer } from '../../../stack/servers/local-server.ts';
import { postgres } from '../../../stack/servers/postgres.ts';
import { redis } from '../../../stack/servers/redis.ts';
import { startServer } from '../../../stack/servers/start-server.ts';
import { withSession } from './sessions.ts';
import { Victim } from './victim.ts';

export interface ServersOptions {
  readonly places: Places;
  /** None: a run without Kafka. */
  readonly forwarded: readonly ForwardedPort[] | null;
  report(text: string): void;
  say(text: string): void;
}

export interface Servers {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly bootstrapServers: string | null;
  readonly postgres: Victim;
  readonly redis: Victim;
  readonly kafka: Victim | null;
  /** What Redis would come back with; without it it comes back empty. */
  forgetRedisDump(): void;
  stop(): Promise<void>;
}

export async function startServers(options: ServersOptions): Promise<Servers> {
  const { places, forwarded } = options;
  const [database, cache, broker] = await Promise.all([
    start(postgres, options, (env) => answersQuery(env.DATABASE_URL ?? '')),
    start(redis, options, (env) => connects(env.REDIS_URL ?? '')),
    forwarded === null
      ? null
      : start(kafkaBehind(forwarded), options, (env) =>
          connects(`kafka://${env.KAFKA_BOOTSTRAP_SERVERS}`),
        ),
  ]);
  const all = [broker, cache, database].flatMap((one) => one?.victim ?? []);
  return {
    databaseUrl: database.env.DATABASE_URL ?? '',
    redisUrl: cache.env.REDIS_URL ?? '',
    bootstrapServers: broker?.env.KAFKA_BOOTSTRAP_SERVERS ?? null,
    postgres: database.victim,
    redis: cache.victim,
    kafka: broker?.victim ?? null,
    forgetRedisDump: () => rmSync(join(places.data, 'redis', 'dump.rdb'), { force: true }),
    stop: async () => {
      for (const victim of all) await victim.stop();
    },
  };
}

type Env = Readonly<Record<string, string>>;

async function start(
  server: LocalServer,
  { places, report, say }: ServersOptions,
  isUp: (env: Env) => Promise<boolean>,
): Promise<{ victim: Victim; env: Env }> {
  const running = await startServer({ server, places, port: 0, report });
  let first: typeof running.child | undefined = running.child;
  const victim = new Victim({
    name: server.name,
    start: async () => {
      const child = first ?? (await running.restart());
      first = undefined;
      return child;
    },
    isUp: () => isUp(running.env),
    say,
  });
  await victim.start();
  return { victim, env: running.env };
}

function answersQuery(url: string): Promise<boolean> {
  return withSession(url, async (session) => {
    await session.query('select');
    return true;
  });
}

async function connects(url: string): Promise<boolean> {
  const { port } = new URL(url);
  const socket = connect({ host: '127.0.0.1', port: Number(port) });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(1000) });
    return true;
  } finally {
    socket.destroy();
  }
}
