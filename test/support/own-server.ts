// A server of a test's own, to be killed and started again: the same programs that `npm test`
// starts, with data that goes with the test.

import { randomUUID } from 'node:crypto';
import { removeInstance } from '../../stack/instance-data.ts';
import { makePlaces, placesOf } from '../../stack/places.ts';
import type { LocalServer } from '../../stack/servers/local-server.ts';
import { startServer } from '../../stack/servers/start-server.ts';
import type { TestScope } from './processes.ts';

export interface OwnServer {
  /** The settings by which it is reached. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
  /** With SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** On the same port, with the data it had. */
  start(): Promise<void>;
}

export async function startOwnServer(
  scope: TestScope,
  server: LocalServer,
  port = 0,
): Promise<OwnServer> {
  const places = placesOf(`own-${randomUUID().slice(0, 8)}`);
  makePlaces(places);
  const running = await startServer({ server, places, port, report: () => undefined });
  let child = running.child;
  scope.after(async () => {
    await child.stop();
    removeInstance(places);
  });
  return {
    env: running.env,
    kill: async () => {
      child.kill();
      await child.exited;
    },
    stop: async () => {
      await child.stop();
    },
    start: async () => {
      child = await running.restart();
    },
  };
}
