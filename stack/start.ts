// `npm start`: servers, migrations, data, then API, listener and cleaner until Ctrl-C.

import { createAppProcess } from './app-process.ts';
import { removeEnvFile, writeEnvFile } from './env-file.ts';
import { startLocalServers } from './local-servers.ts';
import { createLogOutput, type LogOutput } from './log-output.ts';
import { runOneShot } from './one-shot.ts';
import { freePort } from './ports.ts';
import { createProgress, type Progress } from './progress.ts';
import { resetDobric } from './reset-dobric.ts';
import { runSession, type Session } from './session.ts';
import { supervise } from './supervisor.ts';
import { painter } from './terminal.ts';
import { walkthrough } from './walkthrough.ts';

/** Sinks before sources: they are stopped in reverse. */
const apps = [
  { name: 'api', main: 'api/main.ts', portName: 'PORT', port: 8000 },
  { name: 'cleaner', main: 'workers/cleaner/main.ts', portName: 'HEALTH_PORT', port: 9102 },
  { name: 'listener', main: 'workers/listener/main.ts', portName: 'HEALTH_PORT', port: 9101 },
] as const;

type App = (typeof apps)[number];
type Ports = Record<App['name'], number>;

interface Start {
  readonly session: Session;
  readonly progress: Progress;
  readonly output: LogOutput;
}

export async function main(): Promise<number> {
  const paint = painter(process.stdout, process.env);
  const output = createLogOutput({ stream: process.stdout, paint });
  return runSession({
    instances: [''],
    command: 'npm start',
    codeWhenStopped: 0,
    say: output.say,
    body: async (session) => {
      const progress = createProgress({ stream: process.stdout, env: process.env });
      output.hold();
      const showLog = (): void => {
        progress.close();
        output.release();
      };
      void session.stop.then(showLog);
      const start = { session, progress, output };
      const { env, ports } = await startAll(start).finally(showLog);
      // Since the process began: installing the packages counts.
      const readyAfterMs = performance.now();
      output.say(walkthrough({ ports, env, readyAfterMs, paint }));
      await session.stop;
      return 0;
    },
  });
}

async function startAll(start: Start): Promise<{ env: Record<string, string>; ports: Ports }> {
  const { session, progress, output } = start;
  const { places } = session;
  const servers = await startLocalServers({
    places,
    env: process.env,
    progress,
    ports: 'usual',
    say: output.say,
  });
  session.onEnd(async () => {
    if (servers.running.length > 0) output.say('Stopping the servers.');
    removeEnvFile(places.env);
    await servers.stop();
  });
  const env = { ...servers.env, PORT: String(await freePort(wantedPort(apps[0]))) };
  writeEnvFile(places.env, env);
  await loadData(start, env);
  return { env, ports: await startApps(start, env) };
}

async function loadData(start: Start, addresses: Record<string, string>): Promise<void> {
  const { session, progress } = start;
  const { places } = session;
  const env = { ...process.env, ...addresses };
  const migrate = { name: 'migrate', main: 'sql/migrate-main.ts', env, places };
  await runOneShot({ ...migrate, step: progress.step('schema') });
  const seed = { name: 'seed', main: 'sql/seed/main.ts', env, places };
  await runOneShot({ ...seed, step: progress.step('data') });
  if (addresses.DATABASE_URL !== undefined) await resetDobric(addresses.DATABASE_URL);
}

async function startApps(start: Start, addresses: Record<string, string>): Promise<Ports> {
  const { session, output } = start;
  const started = await Promise.all(apps.map((app) => startApp(app, start, addresses)));
  for (const { app, process: appProcess, child } of started) {
    const say = output.say;
    const supervised = supervise(child, { name: app.name, start: appProcess.start, say });
    session.onEnd(async () => {
      say(`Stopping the ${app.name}.`);
      await supervised.stop();
    });
  }
  const entries = started.map(({ app, port }) => [app.name, port] as const);
  return Object.fromEntries(entries) as Ports;
}

async function startApp(app: App, start: Start, addresses: Record<string, string>) {
  const { session, progress, output } = start;
  const { places } = session;
  const step = progress.step(app.name);
  step.report('starting');
  const wanted = wantedPort(app);
  const chosen = app.name === 'api' ? addresses.PORT : await freePort(wanted);
  const env = { ...process.env, ...addresses, [app.portName]: String(chosen) };
  const onLine = (line: string): void => output.logLine(app.name, line);
  const appProcess = createAppProcess({ name: app.name, main: app.main, env, places, onLine });
  const child = await appProcess.start();
  const port = await appProcess.untilReady(child).catch((error: unknown) => {
    step.fail('not ready');
    throw error;
  });
  const remark = port === wanted ? '' : ` (${wanted} is taken)`;
  step.succeed(`ready on 127.0.0.1:${port}${remark}`);
  return { app, process: appProcess, child, port };
}

function wantedPort(app: App): number {
  return app.name === 'api' ? Number(process.env.PORT ?? app.port) : app.port;
}
