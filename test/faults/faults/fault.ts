// What every kind of fault is: how often it comes, how long it lasts, and what it does. It resolves
// when the fault is over, with what shows that it happened, and rejects when it did not.

import type { Model } from '../model/model.ts';
import type { Referee } from '../model/referee.ts';
import type { KindOfFault, PlannedFault } from '../plan.ts';
import type { Gate } from '../workload/gate.ts';
import type { World } from '../world/world.ts';

/** What faults act on. */
export interface Stage {
  readonly world: World;
  readonly model: Model;
  readonly referee: Referee;
  readonly gate: Gate;
  /** One fault at a time befalls one thing; the others wait. */
  alone<Result>(what: string, befall: () => Promise<Result>): Promise<Result>;
}

export interface Evidence {
  /** What it befell: 'listener-1', 'api-2–redis'. */
  readonly target: string;
  /** What was seen of it. */
  readonly proof: string;
}

export interface Fault extends KindOfFault {
  /** Whether it can happen in this world at all. */
  fits(world: World): boolean;
  befall(stage: Stage, planned: PlannedFault): Promise<Evidence>;
}

export function proveThat(fired: boolean, otherwise: string): void {
  if (!fired) throw new Error(otherwise);
}
