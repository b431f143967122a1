// Runs some tests of one file of a copy in a process group of its own, and watches what passes and
// fails.

import { startChild } from '../../stack/child.ts';
import { nodeFlags } from '../../stack/node-flags.ts';

export interface TestFileRun {
  readonly passed: ReadonlySet<string>;
  /** Title → the first line of the reason. */
  readonly failed: ReadonlyMap<string, string>;
}

export interface RunTestFileOptions {
  readonly root: string;
  readonly file: string;
  /** The tests to run, by their titles; the others are skipped. */
  readonly titles: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The run ends with the first of them that fails. */
  readonly stopAtFailure?: boolean;
  /** Folder of the notes about running processes. */
  readonly run: string;
}

/** A mutant may wait for ever; no test takes nearly as long. */
const testTimeoutMs = 90_000;
const stopTimeoutMs = 10_000;

export async function runTestFile(options: RunTestFileOptions): Promise<TestFileRun> {
  const { root, file, titles, env, stopAtFailure = false, run } = options;
  const passed = new Set<string>();
  const failed = new Map<string, string>();
  let noticed = (): void => undefined;
  const isNoticed = new Promise<void>((resolve) => {
    noticed = resolve;
  });
  const child = await startChild({
    name: 'mutant-test',
    command: process.execPath,
    args: [
      ...nodeFlags(),
      '--test',
      `--test-timeout=${testTimeoutMs}`,
      `--test-name-pattern=${patternOf(titles)}`,
      `--test-reporter=${new URL('event-reporter.mjs', import.meta.url).href}`,
      '--test-reporter-destination=stdout',
      file,
    ],
    env,
    cwd: root,
    output: {
      onLine: (line) => {
        const event = parseEvent(line);
        if (event?.passed !== undefined) passed.add(event.passed);
        if (event?.failed === undefined) return;
        failed.set(event.failed, event.why ?? '');
        if (stopAtFailure && titles.includes(event.failed)) noticed();
      },
    },
    stopSignal: 'SIGTERM',
    stopTimeoutMs,
    run,
  });
  await Promise.race([child.exited, isNoticed]);
  await child.stop();
  return { passed, failed };
}

/** Later versions of Node compare with the titles of the suites, too, before that of the test. */
function patternOf(titles: readonly string[]): string {
  const escaped = titles.map((title) => title.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return `(${escaped.join('|')})$`;
}

interface TestEvent {
  passed?: string;
  failed?: string;
  why?: string;
}

/** Other output of a test is nobody's business here. */
function parseEvent(line: string): TestEvent | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as TestEvent;
  } catch {
    return null;
  }
}
