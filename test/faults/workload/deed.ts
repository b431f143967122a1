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
  /** When the next one follows, where that is not left to chance. */
  readonly nextAfterMs?: number;
}

export interface Scene {
  readonly random: Random;
  /** The committed value of a cell. */
  valueOf(cell: string): number;
  /** A number that no row has had. */
  nextVersion(): number;
}

/**
 * Two changes of the same in quick succession: whoever missed because of the first may fill while
 * the second is under way. Then it is left alone, so that what went wrong stays to be seen.
 */
export function withEchoes<Item>(
  pick: (scene: Scene) => Item,
  think: (scene: Scene, item: Item) => Deed,
): (scene: Scene) => Deed {
  let again: Item | undefined;
  return (scene) => {
    const { random } = scene;
    const isEcho = again !== undefined;
    const item = again ?? pick(scene);
    again = undefined;
    const deed = think(scene, item);
    if (isEcho || !random.chance(echoShare)) return deed;
    again = item;
    return { ...deed, nextAfterMs: random.logUniform(1, 60) };
  };
}

const echoShare = 0.4;

/** How transactions end: most commit, some after a while, some not at all. */
export function endingOf(random: Random): { ending: Deed['ending']; pauseMs: number } {
  const draw = random.next();
  if (draw < 0.08) return { ending: 'rollback', pauseMs: random.integer(0, 50) };
  if (draw < 0.16) return { ending: 'commit', pauseMs: random.logUniform(50, 1200) };
  return { ending: 'commit', pauseMs: 0 };
}
