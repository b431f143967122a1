// What is gathered for the next send: changes in the order they were read, codes that were only
// notified, and at most one heartbeat, which vouches for all of it and all that was sent before.

import type { Change } from './change.ts';
import type { DueHeartbeat } from './heartbeat.ts';
import type { PlannedChange } from './plan-send.ts';

export class Batch {
  readonly changes: Change[] = [];
  /** What its changes name, each entry once, as it will be sent. */
  readonly #entries = new Set<string>();
  readonly notified: PlannedChange[] = [];
  heartbeat: DueHeartbeat | null = null;
  /** Postgres forgot its incarnation: flush everything, then give it a new one. */
  renewsIncarnation = false;

  /** How many messages it becomes, at most. */
  get entries(): number {
    return this.#entries.size;
  }

  get isEmpty(): boolean {
    return (
      this.changes.length === 0 &&
      this.notified.length === 0 &&
      this.heartbeat === null &&
      !this.renewsIncarnation
    );
  }

  add(change: Change): void {
    this.changes.push(change);
    this.#name(change.resource, change.codes);
    for (const { resource, codes = null } of change.dependents) {
      this.#name(resource, codes);
    }
  }

  #name(resource: string, codes: readonly string[] | null): void {
    for (const code of codes ?? ['*']) {
      this.#entries.add(`${resource}/${code}`);
    }
  }
}
