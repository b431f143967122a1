// Runs test files by node:test in a process group of its own, and gives its verdict.

import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../child.ts';
import { nodeFlags } from '../node-flags.ts';
import type { Places } from '../places.ts';
import { shuffle } from './shuffle.ts';
import type { TestFile } from './find-tests.ts';

export interface RunTestsOptions {
  readonly files: readonly TestFile[];
  /** Passed on to node: --test-name-pattern=… */
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly places: Places;
  /** Names the order of the files. */
  readonly seed: number;
  onLine(line: string): void;
}

export interface Verdict {
  readonly passed: boolean;
  readonly skipped: readonly string[];
}

/** Of one file; all of them together take a few minutes. */
const fileTimeoutMs = 480_000;
const stopTimeoutMs = 10_000;

export async function runTests(options: RunTestsOptions): Promise<Verdict> {
  const { files, flags, env, places, seed, onLine } = options;
  const skippedFile = join(places.logs, 'skipped-tests');
  const order = shuffle(files, seed).map(({ path }) => path);
  const child = await startChild({
    name: 'tests',
    command: process.execPath,
    args: [
      ...nodeFlags(),
      '--test',
      `--test-concurrency=${availableParallelism()}`,
      `--test-timeout=${fileTimeoutMs}`,
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      `--test-reporter=${new URL('skipped-reporter.mjs', import.meta.url).href}`,
      `--test-reporter-destination=${skippedFile}`,
      ...flags,
      ...order,
    ],
    env,
    cwd: places.root,
    output: { onLine },
    stopSignal: 'SIGTERM',
    stopTimeoutMs,
    run: places.run,
  });
  const exit = await child.exited;
  const skipped = readLines(skippedFile);
  rmSync(skippedFile, { force: true });
  return { passed: exit.code === 0, skipped };
}

function readLines(file: string): string[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.filter((line) => line !== '');
  } catch {
    return [];
  }
}
