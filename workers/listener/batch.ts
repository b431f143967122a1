// What is gathered for the next send: changes in the order they were read, codes that were only
// notified, and at most one heartbeat, which vouches for all of it and all that was sent before.

import type { Change } from './change.ts';
import { changeKey } from './change.ts';
import type { DueHeartbeat } from './heartbeat.ts';
import type { PlannedChange } from './plan-send.ts';

export class Batch {
  readonly changes: Change[] = [];
  readonly notified: PlannedChange[] = [];
  heartbeat: DueHeartbeat | null = null;
  /** Postgres forgot its incarnation: flush everything, then give it a new one. */
  renewsIncarnation = false;
  readonly #keys = new Set<string>();

  get isEmpty(): boolean {
    return (
      this.changes.length === 0 &&
      this.notified.length === 0 &&
      this.heartbeat === null &&
      !this.renewsIncarnation
    );
  }

  has(change: Change): boolean {
    return this.#keys.has(changeKey(change));
  }

  add(change: Change): void {
    this.#keys.add(changeKey(change));
    this.changes.push(change);
  }
}
