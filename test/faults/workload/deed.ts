// What a writer does next: statements, what they change in the model, and how they end. Made by
// pure functions from chance and from what is there; carried out by workload/writer.ts.

import type { Random } from '../random.ts';
import type { Change } from '../model/model.ts';

export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** How long the transaction stays open after it. */
  readonly pauseMs?: number;
}

export interface Deed {
  readonly kind: string;
  readonly statements: readonly Statement[];
  readonly changes: readonly Change[];
  /** A single statement may commit by itself. */
  readonly ending: 'autocommit' | 'commit' | 'rollback';
}

export interface Scene {
  readonly random: Random;
  /** The committed value of a cell. */
  valueOf(cell: string): number;
  /** A number that no row has had. */
  nextVersion(): number;
}

/** How transactions end: most commit, some after a while, some not at all. */
export function endingOf(random: Random): { ending: Deed['ending']; pauseMs: number } {
  const draw = random.next();
  if (draw < 0.08) return { ending: 'rollback', pauseMs: random.integer(0, 50) };
  if (draw < 0.16) return { ending: 'commit', pauseMs: random.logUniform(50, 1200) };
  return { ending: 'commit', pauseMs: 0 };
}
