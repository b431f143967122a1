// What `npm test` and `npm run check` have in common: static checks and servers side by side, then
// the tests, then everything away again.

import { clearData } from '../instance-data.ts';
import { startLocalServers } from '../local-servers.ts';
import { createProgress, type Progress } from '../progress.ts';
import { runSession, type Session } from '../session.ts';
import { buildMinio } from '../servers/build-minio.ts';
import type { TestFile } from './find-tests.ts';
import { runStaticChecks } from './static-checks.ts';
import { endStragglers } from './stragglers.ts';
import { runTests } from './run-tests.ts';

export interface RunCheckedOptions {
  readonly command: string;
  readonly files: readonly TestFile[];
  readonly flags: readonly string[];
  readonly withStaticChecks: boolean;
}

/** Each running at once takes its own. */
const instances = Array.from({ length: 8 }, (_, index) => `test-${index + 1}`);

export async function runChecked(options: RunCheckedOptions): Promise<number> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const { command } = options;
  const body = (session: Session): Promise<number> => checkAll({ session, say, ...options });
  return runSession({ instances, command, codeWhenStopped: 1, say, body });
}

interface Check extends RunCheckedOptions {
  readonly session: Session;
  say(text: string): void;
}

async function checkAll(check: Check): Promise<number> {
  const { session, withStaticChecks, files, say } = check;
  const progress = createProgress({ stream: process.stdout, env: process.env });
  void session.stop.then(() => progress.close());
  const needsServers = files.some((file) => file.needsServers);
  const { root } = session.places;
  const [failures, addresses] = await Promise.all([
    withStaticChecks ? runStaticChecks({ root, progress }) : [],
    needsServers ? startServers(check, progress) : {},
  ]).finally(() => progress.close());
  if (failures.length > 0) {
    say(`\n${failures.join('\n\n')}\n\nThe tests were not run.`);
    return 1;
  }
  return judge(check, addresses);
}

async function startServers(check: Check, progress: Progress): Promise<Record<string, string>> {
  const { session, say } = check;
  const { places, onEnd } = session;
  clearData(places);
  onEnd(() => clearData(places));
  const { env } = process;
  if (isCi(env) && env.S3_ENDPOINT === undefined) await realObjectStore(check, progress);
  const servers = await startLocalServers({ places, env, progress, ports: 'any', say });
  onEnd(async () => {
    endStragglers(servers.running.map(({ port }) => port));
    await servers.stop();
  });
  return servers.env;
}

async function realObjectStore({ session }: Check, progress: Progress): Promise<void> {
  const step = progress.step('MinIO');
  await buildMinio({ places: session.places, report: (text) => step.report(text) });
  step.succeed('is there');
}

async function judge(check: Check, addresses: Record<string, string>): Promise<number> {
  const { session, files, flags, say } = check;
  const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 1e9));
  say(`\nThe order of the files has the seed ${seed} (again: TEST_SEED=${seed}).\n`);
  const verdict = await runTests({
    files,
    flags,
    env: testEnvironment(addresses),
    places: session.places,
    seed,
    onLine: say,
  });
  if (verdict.passed && isCi(process.env) && verdict.skipped.length > 0) {
    say(`In CI a skipped test is a failure:\n  ${verdict.skipped.join('\n  ')}`);
    return 1;
  }
  return verdict.passed ? 0 : 1;
}

function testEnvironment(addresses: Record<string, string>): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, ...outer } = process.env;
  const colors = process.stdout.isTTY && !outer.NO_COLOR ? { FORCE_COLOR: '1' } : {};
  return { ...outer, ...addresses, ...colors };
}

function isCi(env: NodeJS.ProcessEnv): boolean {
  return env.CI !== undefined && env.CI !== '' && env.CI !== 'false';
}
