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
import { StackError } from './stack-error.ts';
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
  const failures = outcomes.flatMap((o) => (o.status === 'rejected' ? [o.reason as unknown] : []));
  const started = outcomes.flatMap((o) => (o.status === 'fulfilled' ? [o.value] : []));
  const running = started.flatMap(({ server }) => (server === undefined ? [] : [server]));
  if (failures.length > 0) {
    await Promise.all(running.map((server) => server.child.stop()));
    throw allOf(failures);
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
    step.fail('not started, see below');
    throw error;
  }
}

/** Every reason at once, so that a person does not learn them one start after another. */
function allOf(failures: readonly unknown[]): unknown {
  const unexpected = failures.find((failure) => !(failure instanceof StackError));
  if (unexpected !== undefined || failures.length === 1) return unexpected ?? failures[0];
  return new StackError(failures.map(describeError).join('\n\n'));
}
