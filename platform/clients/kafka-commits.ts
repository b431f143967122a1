// Commits what a consumer is done with, beside its work. Kafka takes several milliseconds for a
// commit, one after the other: so there is one at a time, of all partitions, and no batch waits.

import type { EachBatchPayload } from 'kafkajs';
import { describeError } from '../errors.ts';

export type Offsets = Pick<EachBatchPayload, 'commitOffsetsIfNecessary' | 'uncommittedOffsets'>;

export interface OffsetCommitsOptions {
  /** They have failed for a while: who begins anew would be handed out much again. */
  onFailing: (reason: string) => void;
  /** They go through again. */
  onResumed: () => void;
}

/** One or two fail whenever the group changes, and the next owner of a partition makes it good. */
const failuresMax = 3;

export class OffsetCommits {
  readonly #options: OffsetCommitsOptions;
  #offsets: Offsets | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #failures = 0;

  constructor(options: OffsetCommitsOptions) {
    this.#options = options;
  }

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
   * At once, also while another is under way; never rejects. What could not be committed is with
   * the next one, as long as this is the same member of the group.
   */
  async now(): Promise<void> {
    const offsets = this.#offsets;
    if (offsets === undefined) {
      return;
    }
    try {
      await offsets.commitOffsetsIfNecessary(offsets.uncommittedOffsets());
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === failuresMax) {
        this.#options.onFailing(describeError(error));
      }
      return;
    }
    if (this.#failures >= failuresMax) {
      this.#options.onResumed();
    }
    this.#failures = 0;
  }

  /** After a crash of the consumer: what the one before was done with is nobody's to commit. */
  forget(): void {
    this.#offsets = undefined;
  }
}
