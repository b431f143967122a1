// What is gathered for the next send: changes in the order they were read, codes that were only
// notified, and at most one heartbeat, which vouches for all of it and all that was sent before.

import type { Change } from './change.ts';
import type { DueHeartbeat } from './heartbeat.ts';
import type { PlannedChange } from './plan-send.ts';

export class Batch {
  readonly changes: Change[] = [];
  /** How many entries its changes name, and at least one for each: what it costs to hold and send. */
  size = 0;
  readonly notified: PlannedChange[] = [];
  heartbeat: DueHeartbeat | null = null;
  /** Postgres forgot its incarnation: flush everything, then give it a new one. */
  renewsIncarnation = false;

  get isEmpty(): boolean {
    return (
      this.changes.length === 0 &&
      this.notified.length === 0 &&
      this.heartbeat === null &&
      !this.renewsIncarnation
    );
  }

  add(change: Change): void {
    const { codes, dependents } = change;
    this.changes.push(change);
    this.size += dependents.reduce(
      (size, dependent) => size + (dependent.codes?.length ?? 1),
      Math.max(codes?.length ?? 1, 1),
    );
  }
}
