// One line of what the doctor says: something is as it should be, or what is not and what to type.

import { type Problem, type ProblemId, problem, problemKinds } from '../../contract/problems.ts';
import type { Observer } from '../observer.ts';

export interface Finding {
  /** What was looked at: 'redis eviction'. */
  readonly check: string;
  /** wrong: somebody should do something. advice: it works, but not as it should. */
  readonly level: 'ok' | 'advice' | 'wrong';
  readonly detail: string;
  readonly problem: ProblemId | null;
  readonly fix: string | null;
}

/** Rejecting means that the server in question could not be asked. */
export type Check = (observer: Observer) => Promise<Finding[]>;

export function well(check: string, detail: string): Finding {
  return { check, level: 'ok', detail, problem: null, fix: null };
}

/** @param fix where it can be more exact than the one of the kind */
export function ill(check: string, id: ProblemId, detail: string, fix?: string): Finding {
  return illness(check, problem(id, detail, fix));
}

export function illness(check: string, found: Problem): Finding {
  const level = problemKinds[found.problem].severity === 'advice' ? 'advice' : 'wrong';
  return { check, level, ...found };
}
