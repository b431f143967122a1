// Commits what a consumer is done with, beside its work. Kafka takes several milliseconds for a
// commit, one after the other: so there is one at a time, of all partitions, and no batch waits.

import type { EachBatchPayload } from 'kafkajs';

export type Offsets = Pick<EachBatchPayload, 'commitOffsetsIfNecessary' | 'uncommittedOffsets'>;

export class OffsetCommits {
  #offsets: Offsets | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** Resolves once all that is resolved by now was committed, or could not be. */
  request(offsets: Offsets): Promise<void> {
    this.#offsets = offsets;
    if (this.#running === undefined) {
      this.#running = this.now().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.request(offsets);
    });
    return this.#next;
  }

  /**
   * At once, also while another is under way. What could not be committed is with the next one; who
   * is no longer of the group learns of it elsewhere.
   */
  async now(): Promise<void> {
    const offsets = this.#offsets;
    await offsets?.commitOffsetsIfNecessary(offsets.uncommittedOffsets()).catch(() => undefined);
  }
}
