// What became of each mutant: pure.

import { type Catcher, catchersOf, type Mutant } from './mutant.ts';
import type { TestFileRun } from './run-test-file.ts';

export interface Verdict {
  readonly mutant: Mutant;
  readonly catcher: Catcher;
  readonly caught: boolean;
  /** Why the named test failed, or what happened instead. */
  readonly detail: string;
  readonly tookMs: number;
}

/** A mutant under one of its tests. */
export interface Trial {
  readonly mutant: Mutant;
  readonly catcher: Catcher;
}

export function trialsOf(mutants: readonly Mutant[]): Trial[] {
  return mutants.flatMap((mutant) => catchersOf(mutant).map((catcher) => ({ mutant, catcher })));
}

export function judge({ mutant, catcher }: Trial, run: TestFileRun, tookMs: number): Verdict {
  const { title } = catcher;
  const why = run.failed.get(title);
  if (why !== undefined) {
    return { mutant, catcher, caught: true, detail: why, tookMs };
  }
  const others = [...run.failed.keys()].map((other) => `"${other}"`).join(', ');
  const detail = run.passed.has(title)
    ? `the test passed${others === '' ? '' : `; these failed: ${others}`}`
    : `the test was not reached${others === '' ? '' : `; these failed: ${others}`}`;
  return { mutant, catcher, caught: false, detail, tookMs };
}

/** The tests that do not even pass on the source as it is: with them nothing can be shown. */
export function missingOn(source: TestFileRun, trials: readonly Trial[]): string[] {
  const titles = new Set(trials.map(({ catcher }) => catcher.title));
  return [...titles].filter((title) => !source.passed.has(title) || source.failed.has(title));
}
