// What `npm test` and `npm run check` have in common: static checks and servers side by side, then
// the tests, then everything away again.

import { createProgress } from '../progress.ts';
import { runSession, type Session } from '../session.ts';
import type { TestFile } from './find-tests.ts';
import { runTests } from './run-tests.ts';
import { runStaticChecks } from './static-checks.ts';
import { isCi, startTestServers, testEnvironment, testInstances } from './test-servers.ts';

export interface RunCheckedOptions {
  readonly command: string;
  readonly files: readonly TestFile[];
  readonly flags: readonly string[];
  readonly withStaticChecks: boolean;
}

export async function runChecked(options: RunCheckedOptions): Promise<number> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const { command } = options;
  const body = (session: Session): Promise<number> => checkAll({ session, say, ...options });
  return runSession({ instances: testInstances, command, codeWhenStopped: 1, say, body });
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
  const [failures, env] = await Promise.all([
    withStaticChecks ? runStaticChecks({ root, progress }) : [],
    needsServers ? startTestServers({ session, progress, say }) : testEnvironment({}),
  ]).finally(() => progress.close());
  if (failures.length > 0) {
    say(`\n${failures.join('\n\n')}\n\nThe tests were not run.`);
    return 1;
  }
  return judge(check, env);
}

async function judge(check: Check, env: NodeJS.ProcessEnv): Promise<number> {
  const { session, files, flags, say } = check;
  const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 1e9));
  say(`\nThe order of the files has the seed ${seed} (again: TEST_SEED=${seed}).\n`);
  const verdict = await runTests({
    files,
    flags,
    env,
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
