// A run from the command line: in an instance of the stack of its own, with a folder for what comes
// of it, and an exit code that says what came of it.

import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { clearData } from '../../stack/instance-data.ts';
import { createProgress } from '../../stack/progress.ts';
import { runSession, type Session } from '../../stack/session.ts';
import { sharedSignal } from './elapse.ts';
import type { FaultsOptions } from './options.ts';
import { writeReport } from './report/write-report.ts';
import { run } from './run.ts';

/** Each running at once takes its own. */
const instances = Array.from({ length: 4 }, (_, index) => `faults-${index + 1}`);

export async function runCommand(options: FaultsOptions): Promise<number> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const command = 'npm run faults';
  const body = (session: Session): Promise<number> => runOnce(session, options, say);
  return runSession({ instances, command, codeWhenStopped: 1, say, body });
}

async function runOnce(
  { places, stop, onEnd }: Session,
  options: FaultsOptions,
  say: (text: string) => void,
): Promise<number> {
  const { control, seed, profile, stopAtFirst } = options;
  const stopping = sharedSignal();
  void stop.then(() => stopping.abort());
  clearData(places);
  onEnd(() => clearData(places));
  const folder = join(places.stack, 'results', `faults-${control ? 'control-' : ''}${seed}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const log = createWriteStream(join(folder, 'events.log'));
  say(
    `Faults: ${profile.name} run with the seed ${seed} (again: npm run faults -- --seed ${seed})`,
  );
  const progress = createProgress({ stream: process.stdout, env: process.env });
  const outcome = await run({
    ...options,
    places: { ...places, logs: folder },
    progress,
    signal: stopping.signal,
    say: (text) => void log.write(`${new Date().toISOString()} ${text}\n`),
    onEnd,
  }).finally(() => progress.close());
  log.end();
  say(`\n${writeReport(folder, options, outcome)}\nKept in ${folder}`);
  const found = outcome.tally.violationCount > 0;
  if (control && !found) say('The control arm must show violations: the suite is blind.');
  if (stopAtFirst || !control) return found ? 1 : 0;
  return found ? 0 : 1;
}
