// A server of a run, started again whenever it dies.

import { once } from 'node:events';
import { connect } from 'node:net';
import type { Places } from '../../../stack/places.ts';
import type { LocalServer } from '../../../stack/servers/local-server.ts';
import { startServer } from '../../../stack/servers/start-server.ts';
import { Victim } from './victim.ts';

export interface VictimServerOptions {
  readonly name: string;
  readonly server: LocalServer;
  readonly places: Places;
  /** Absent: any that is free. */
  readonly port?: number;
  report(text: string): void;
  say(text: string): void;
  /** Whether it answers at the addresses by which it is reached. */
  isUp(env: Env): Promise<boolean>;
}

export type Env = Readonly<Record<string, string>>;

export interface VictimServer {
  readonly victim: Victim;
  readonly env: Env;
}

export async function startVictim(options: VictimServerOptions): Promise<VictimServer> {
  const { name, say, isUp, port = 0 } = options;
  const running = await startServer({ ...options, port });
  let first: typeof running.child | undefined = running.child;
  const victim = new Victim({
    name,
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

export async function connects(url: string): Promise<boolean> {
  const { hostname: host, port } = new URL(url);
  const socket = connect({ host, port: Number(port) });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(1000) });
    return true;
  } finally {
    socket.destroy();
  }
}
