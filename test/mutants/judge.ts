// What became of each mutant: pure.

import type { Mutant } from './mutant.ts';
import type { TestFileRun } from './run-test-file.ts';

export interface Verdict {
  readonly mutant: Mutant;
  readonly caught: boolean;
  /** Why the named test failed, or what happened instead. */
  readonly detail: string;
  readonly tookMs: number;
}

export function judge(mutant: Mutant, run: TestFileRun, tookMs: number): Verdict {
  const { title } = mutant.caughtBy;
  const why = run.failed.get(title);
  if (why !== undefined) {
    return { mutant, caught: true, detail: why, tookMs };
  }
  const others = [...run.failed.keys()].map((other) => `"${other}"`).join(', ');
  const detail = run.passed.has(title)
    ? `the test passed${others === '' ? '' : `; these failed: ${others}`}`
    : `the test was not reached${others === '' ? '' : `; these failed: ${others}`}`;
  return { mutant, caught: false, detail, tookMs };
}

/** The tests that do not even pass on the source as it is: with them nothing can be shown. */
export function missingOn(source: TestFileRun, mutants: readonly Mutant[]): string[] {
  const titles = new Set(mutants.map(({ caughtBy }) => caughtBy.title));
  return [...titles].filter((title) => !source.passed.has(title) || source.failed.has(title));
}
