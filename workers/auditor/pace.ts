// Spreads what an audit asks of the servers evenly over time.

export class Pace {
  readonly #intervalMs: number;
  #nextMs = 0;

  /** @param perSecond 0: as fast as it goes */
  constructor(perSecond: number) {
    this.#intervalMs = perSecond === 0 ? 0 : 1000 / perSecond;
  }

  /** Takes the next turn, and says how long it is until then. What was not used is not saved up. */
  takeTurn(nowMs: number): number {
    const turnMs = Math.max(this.#nextMs, nowMs);
    this.#nextMs = turnMs + this.#intervalMs;
    return turnMs - nowMs;
  }
}
