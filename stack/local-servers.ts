// Starts the servers that nobody named an address for, all at once, keeps them running, and stops
// them in reverse.

import type { Places } from './places.ts';
import { namedServer } from './named-addresses.ts';
import type { Progress } from './progress.ts';
import { kafka } from './servers/kafka.ts';
import type { LocalServer } from './servers/local-server.ts';
import { objectStore } from './servers/object-store.ts';
import { postgres } from './servers/postgres.ts';
import { redis } from './servers/redis.ts';
import { type RunningServer, startServer } from './servers/start-server.ts';
import { supervise } from './supervisor.ts';
import { describeError } from '../platform/errors.ts';

export interface LocalServers {
  readonly running: readonly RunningServer[];
  /** The settings by which every server is reached, the named ones included. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface LocalServersOptions {
  readonly places: Places;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  /** Test runs leave the usual ports to the development stack. */
  readonly ports: 'any' | 'usual';
  say(text: string): void;
}

/** In the order in which a person thinks of them; they start together and stop in reverse. */
const servers: readonly LocalServer[] = [postgres, kafka, redis, objectStore];

export async function startLocalServers(options: LocalServersOptions): Promise<LocalServers> {
  const outcomes = await Promise.allSettled(servers.map((server) => startOne(server, options)));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  const started = outcomes.flatMap((o) => (o.status === 'fulfilled' ? [o.value] : []));
  const running = started.flatMap(({ server }) => (server === undefined ? [] : [server]));
  if (failed !== undefined) {
    await Promise.all(running.map((server) => server.child.stop()));
    throw failed.reason;
  }
  const supervised = running.map((server) =>
    supervise(server.child, {
      name: server.title,
      start: () => server.restart(),
      say: (text) => options.say(`${text} (its log: ${server.logFile})`),
    }),
  );
  return {
    running,
    env: Object.assign({}, ...started.map(({ env }) => env)) as Record<string, string>,
    stop: async () => {
      for (const server of supervised.reverse()) await server.stop();
    },
  };
}

interface Started {
  readonly server?: RunningServer;
  readonly env: Readonly<Record<string, string>>;
}

async function startOne(server: LocalServer, options: LocalServersOptions): Promise<Started> {
  const { places, progress, ports } = options;
  const step = progress.step(server.name);
  const named = namedServer(server.name, options.env);
  if (named !== undefined) {
    step.succeed(`not started: ${Object.keys(named)[0]} names another`);
    return { env: named };
  }
  try {
    const running = await startServer({
      server,
      places,
      report: (text) => step.report(text),
      ...(ports === 'any' ? { port: 0 } : {}),
    });
    const moved = ports === 'usual' && running.port !== server.defaultPort;
    const remark = moved ? ` (${server.defaultPort} is taken)` : '';
    step.succeed(`${running.title} on 127.0.0.1:${running.port}${remark}`);
    return { server: running, env: running.env };
  } catch (error) {
    step.fail(describeError(error).split('\n')[0] ?? '');
    throw error;
  }
}
