// The servers of a run: Postgres, Kafka and Redis of its own, on free ports, with data that go with
// the run. Every scenario uses these, with databases, topics and processes of its own.

import type { Progress } from '../../stack/progress.ts';
import { kafka } from '../../stack/servers/kafka.ts';
import type { LocalServer } from '../../stack/servers/local-server.ts';
import { preparePostgresHome } from '../../stack/servers/postgres-home.ts';
import { postgres } from '../../stack/servers/postgres.ts';
import { redis } from '../../stack/servers/redis.ts';
import { startServer } from '../../stack/servers/start-server.ts';
import type { Session } from '../../stack/session.ts';
import { createFsyncDelay, type FsyncDelay } from './fsync-delay.ts';

export interface World {
  readonly fsyncDelay: FsyncDelay;
  /** 'Postgres 18.4', 'Kafka 4.1.1', 'Redis 7.0.15'. */
  readonly versions: readonly string[];
}

/** No checkpoint of its own making falls into one arm's turn. */
const steadySettings = { checkpoint_timeout: '30min', max_wal_size: '8GB' };

/** Images are not measured, but the API wants to know where they are. */
const nowhere = {
  S3_ACCESS_KEY: 'none',
  S3_BUCKET: 'none',
  S3_ENDPOINT: 'http://127.0.0.1:9',
  S3_SECRET_KEY: 'none',
};

export async function startWorld(session: Session, progress: Progress): Promise<World> {
  let fsyncDelay: FsyncDelay | undefined;
  const delayed: LocalServer = {
    ...postgres,
    prepare: async (context) => {
      const home = await preparePostgresHome(context);
      fsyncDelay = await createFsyncDelay(home.data);
      const { env } = fsyncDelay;
      const prepared = await postgres.prepare(context);
      const settings = Object.entries(steadySettings).flatMap(([name, value]) => [
        '-c',
        `${name}=${value}`,
      ]);
      return {
        ...prepared,
        launch: async (port) => {
          const launch = await prepared.launch(port);
          return { ...launch, args: [...launch.args, ...settings], env: { ...launch.env, ...env } };
        },
      };
    },
  };
  const started = await Promise.all(
    [delayed, kafka, redis].map((server) => start(server, session, progress)),
  );
  // The test support reads the addresses from here, as under `npm test`.
  Object.assign(process.env, nowhere, ...started.map(({ env }) => env));
  if (fsyncDelay === undefined) throw new Error('Postgres was not prepared');
  return { fsyncDelay, versions: started.map(({ title }) => title) };
}

async function start(server: LocalServer, { places, onEnd }: Session, progress: Progress) {
  const step = progress.step(server.name);
  const running = await startServer({
    server,
    places,
    port: 0,
    report: (text) => step.report(text),
  }).catch((error: unknown) => {
    step.fail('not started');
    throw error;
  });
  onEnd(async () => {
    await running.child.stop();
  });
  step.succeed(running.title);
  return running;
}
