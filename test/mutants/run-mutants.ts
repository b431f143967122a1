// Runs mutants on copies of the source: first the tests on the source as it is, then each mutant
// against its test. A mutant that no test notices is a missing test or dead code.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgress, type Progress } from '../../stack/progress.ts';
import type { Session } from '../../stack/session.ts';
import { startTestServers } from '../../stack/test-run/test-servers.ts';
import { judge, missingOn, type Trial, trialsOf, type Verdict } from './judge.ts';
import type { Mutant } from './mutant.ts';
import { mutants as allMutants } from './mutants.ts';
import { runTestFile } from './run-test-file.ts';
import { SourceCopy } from './source-copy.ts';
import { summary, withTable } from './table.ts';

const tablePage = 'test/faults/README.md';

export interface MutantRun {
  readonly mutants: readonly Mutant[];
  /** How many at a time. */
  readonly jobs: number;
  /** They are known to pass on the source as it is, or will be run on it. */
  readonly testsPass: boolean;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The exit code. */
export async function runMutants(session: Session, call: MutantRun): Promise<number> {
  const progress = createProgress({ stream: process.stdout, env: process.env });
  const env = await startTestServers({ session, progress, say }).finally(() => progress.close());
  const slots = Array.from({ length: call.jobs }, () => new SourceCopy(session.places.root));
  session.onEnd(() => {
    for (const slot of slots) slot.remove();
  });
  const testing = { env, run: session.places.run };
  const trials = trialsOf(call.mutants);
  const unfit = call.testsPass ? [] : await runUnmutated(slots, trials, testing);
  if (unfit.length > 0) {
    say(`\nThese tests do not pass on the source as it is:\n  ${unfit.join('\n  ')}`);
    return 1;
  }
  const verdicts = await runEach(slots, trials, testing);
  say(`\n${summary(verdicts)}`);
  const allCaught = verdicts.every(({ caught }) => caught);
  if (allCaught && call.mutants.length === allMutants.length) writeTable(session.places.root);
  return allCaught ? 0 : 1;
}

type Testing = Pick<Parameters<typeof runTestFile>[0], 'env' | 'run'>;

async function runUnmutated(
  slots: readonly SourceCopy[],
  trials: readonly Trial[],
  testing: Testing,
): Promise<string[]> {
  const files = [...new Set(trials.map(({ catcher }) => catcher.test))];
  const step = oneLine('unmutated', files.length);
  const missing = await inSlots(slots, files, async ({ root }, file) => {
    const own = trials.filter(({ catcher }) => catcher.test === file);
    const titles = own.map(({ catcher }) => catcher.title);
    const source = await runTestFile({ ...testing, root, file, titles });
    step.done();
    return missingOn(source, own).map((title) => `${file}: ${title}`);
  });
  step.close();
  return missing.flat();
}

async function runEach(
  slots: readonly SourceCopy[],
  trials: readonly Trial[],
  testing: Testing,
): Promise<Verdict[]> {
  return await inSlots(slots, trials, async (slot, trial) => {
    const startedMs = performance.now();
    const { mutant, catcher } = trial;
    const { test: file, title } = catcher;
    slot.apply(mutant);
    const options = { ...testing, root: slot.root, file, titles: [title], stopAtFailure: true };
    const tested = await runTestFile(options);
    slot.restore(mutant);
    const verdict = judge(trial, tested, performance.now() - startedMs);
    const mark = verdict.caught ? 'caught    ' : 'NOT CAUGHT';
    const seconds = (verdict.tookMs / 1000).toFixed(1).padStart(5);
    say(`${mark} ${seconds} s  ${mutant.name}\n${' '.repeat(20)}${file}: ${verdict.detail}`);
    return verdict;
  });
}

/** Each item in the first slot that is free; results in the order of the items. */
async function inSlots<Item, Result>(
  slots: readonly SourceCopy[],
  items: readonly Item[],
  work: (slot: SourceCopy, item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = [...items.entries()];
  await Promise.all(
    slots.map(async (slot) => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [index, item] = next;
        results[index] = await work(slot, item);
      }
    }),
  );
  return results;
}

function oneLine(title: string, total: number): { done(): void; close(): void } {
  const progress: Progress = createProgress({ stream: process.stdout, env: process.env });
  const step = progress.step(title);
  let finished = 0;
  step.report(`0 of ${total} test files`);
  return {
    done: () => step.report(`${(finished += 1)} of ${total} test files`),
    close: () => {
      step.succeed(`${total} test files pass`);
      progress.close();
    },
  };
}

function writeTable(root: string): void {
  const file = join(root, tablePage);
  const page = readFileSync(file, 'utf8');
  const fresh = withTable(page, allMutants);
  if (fresh !== page) {
    writeFileSync(file, fresh);
    say(`Wrote the table in ${tablePage}.`);
  }
}
