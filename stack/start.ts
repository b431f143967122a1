// `npm start`: servers, migrations, data, then API, listener, cleaner and auditor until Ctrl-C.

import { adminSettings, readyToken } from './admin-settings.ts';
import { removeEnvFile, writeEnvFile } from './env-file.ts';
import { startLocalServers } from './local-servers.ts';
import { createLogOutput, type LogOutput } from './log-output.ts';
import { runOneShot } from './one-shot.ts';
import { createProgress, type Progress } from './progress.ts';
import { resetDobric } from './reset-dobric.ts';
import { runApp } from './run-app.ts';
import { runSession, type Session } from './session.ts';
import { painter } from './terminal.ts';
import { walkthrough } from './walkthrough.ts';

/** Sinks before sources, and before them who only watches: they are stopped in reverse. */
const apps = [
  { name: 'auditor', main: 'workers/auditor/main.ts', portName: 'HEALTH_PORT', port: 9103 },
  { name: 'api', main: 'api/main.ts', portName: 'PORT', port: 8000 },
  { name: 'cleaner', main: 'workers/cleaner/main.ts', portName: 'HEALTH_PORT', port: 9102 },
  { name: 'listener', main: 'workers/listener/main.ts', portName: 'HEALTH_PORT', port: 9101 },
] as const;

type Ports = Record<(typeof apps)[number]['name'], number>;

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
      const token = await readyToken({ env: { ...process.env, ...env }, stdout: 1 });
      output.say(walkthrough({ ports, env, readyAfterMs, token, paint }));
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
  writeEnvFile(places.env, servers.env);
  await loadData(start, servers.env);
  const admin = adminSettings(places, process.env);
  const ports = await startApps(start, servers.env, admin);
  const urls = Object.values(ports).map((port) => `http://127.0.0.1:${port}`);
  const addresses = { PORT: String(ports.api), PROCESS_URLS: urls.join(',') };
  const env = { ...servers.env, ...admin, ...addresses };
  writeEnvFile(places.env, env);
  return { env, ports };
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

async function startApps(
  start: Start,
  addresses: Record<string, string>,
  admin: Record<string, string>,
): Promise<Ports> {
  const { session, progress, output } = start;
  const ports = apps.map(async (app) => {
    const port = app.name === 'api' ? Number(process.env.PORT ?? app.port) : app.port;
    const own = app.name === 'api' ? { ...dashboard(process.env), ...admin } : {};
    const env = { ...process.env, ...addresses, ...own };
    const step = progress.step(app.name);
    return [app.name, await runApp({ ...app, port, env, session, step, output })] as const;
  });
  return Object.fromEntries(await Promise.all(ports)) as Ports;
}

/** Unless the person decides, or it is production. */
function dashboard({ OPS_PAGE, NODE_ENV }: NodeJS.ProcessEnv): Record<string, string> {
  return OPS_PAGE || NODE_ENV === 'production' ? {} : { OPS_PAGE: 'demo' };
}
