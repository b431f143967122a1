// Takes every answer as it arrives and lets it be judged as soon as that is possible: an answer
// that shows a transaction of unknown outcome is judged again when that turns out to have failed,
// and answers during a crash of the database wait until it is known what the crash took back.

import { judge, type Sighting, type Wrong } from './judge.ts';
import type { Attempt, Change, Model } from './model.ts';

export interface RefereeOptions {
  readonly model: Model;
  onRight(sighting: Sighting, staleMs: number): void;
  onWrong(sighting: Sighting, wrong: Wrong): void;
  /** Before the model knows: it still tells what was there. */
  onCommit(changes: readonly Change[]): void;
}

export class Referee {
  readonly #options: RefereeOptions;
  readonly #supposing = new Map<Attempt, Sighting[]>();
  #held: Sighting[] | null = null;

  constructor(options: RefereeOptions) {
    this.#options = options;
  }

  see(sighting: Sighting): void {
    if (this.#held !== null) {
      this.#held.push(sighting);
      return;
    }
    const { model, onRight, onWrong } = this.#options;
    const verdict = judge(model, sighting);
    if (!verdict.right) return onWrong(sighting, verdict);
    onRight(sighting, verdict.staleMs);
    this.#keep(sighting, verdict.supposes);
  }

  commit(attempt: Attempt, atMs: number): void {
    this.#supposing.delete(attempt);
    this.#options.onCommit(attempt.changes);
    this.#options.model.commit(attempt, atMs);
  }

  abort(attempt: Attempt): void {
    const { model, onWrong } = this.#options;
    const sightings = this.#supposing.get(attempt) ?? [];
    this.#supposing.delete(attempt);
    model.abort(attempt);
    for (const sighting of sightings) {
      // Found right before: now only a wrong one is news.
      const verdict = judge(model, sighting);
      if (verdict.right) this.#keep(sighting, verdict.supposes);
      else onWrong(sighting, verdict);
    }
  }

  /** From now on answers wait: what was committed may be taken back. */
  hold(): void {
    this.#held ??= [];
  }

  /** What the database lost, if anything, is in the model now. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const sighting of held) this.see(sighting);
  }

  get isHolding(): boolean {
    return this.#held !== null;
  }

  attempt(changes: readonly Change[], atMs: number, options: { losable: boolean }): Attempt {
    return this.#options.model.attempt(changes, atMs, options);
  }

  #keep(sighting: Sighting, supposes: readonly Attempt[]): void {
    for (const attempt of supposes) {
      const sightings = this.#supposing.get(attempt);
      if (sightings === undefined) this.#supposing.set(attempt, [sighting]);
      else sightings.push(sighting);
    }
  }
}
