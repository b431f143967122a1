// What a writer does next: statements, what they change in the model, and how they end. Made by
// pure functions from chance and from what is there; carried out by workload/writer.ts.

import type { Random } from '../random.ts';
import type { Change } from '../model/model.ts';
import { isHot, pickByHeat, writeShares } from './names.ts';

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
 * What hardly ever changes is mostly changed twice: whoever missed because of the first change may
 * fill while the second is under way. Then it is left alone, so that what went wrong can be seen.
 * @param items in the order of how often they change
 */
export function withEchoes<Item>(
  items: readonly Item[],
  think: (scene: Scene, item: Item) => Deed,
): (scene: Scene) => Deed {
  let again: Item | undefined;
  return (scene) => {
    const { random } = scene;
    const isEcho = again !== undefined;
    const item = again ?? pickByHeat(random, items, writeShares);
    again = undefined;
    const deed = think(scene, item);
    if (isEcho || isHot(items, item) || !random.chance(echoShare)) return deed;
    again = item;
    // While a load is on its way, or while a slow one is.
    const soon = random.chance(0.5);
    return { ...deed, nextAfterMs: soon ? random.logUniform(1, 100) : random.integer(50, 1500) };
  };
}

const echoShare = 0.8;

/** How transactions end: most commit, some after a while, some not at all. */
export function endingOf(random: Random): { ending: Deed['ending']; pauseMs: number } {
  const draw = random.next();
  if (draw < 0.08) return { ending: 'rollback', pauseMs: random.integer(0, 50) };
  if (draw < 0.16) return { ending: 'commit', pauseMs: random.logUniform(50, 1200) };
  return { ending: 'commit', pauseMs: 0 };
}
