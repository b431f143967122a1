// Lets writers write, and now and then keeps them all out: to empty a table, or to see what a
// crash has left before anybody writes on top of it.

export interface Closure {
  /** Resolves when those who were inside have left. */
  readonly empty: Promise<void>;
  open(): void;
}

export class Gate {
  #inside = 0;
  #closed: Promise<void> | null = null;
  #onEmpty: (() => void) | null = null;

  /** Waits until the gate is open. */
  async pass<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.#closed !== null) await this.#closed;
    this.#inside += 1;
    try {
      return await work();
    } finally {
      this.#inside -= 1;
      if (this.#inside === 0) this.#onEmpty?.();
    }
  }

  /** From when this resolves nobody enters; those inside go on. One at a time can close it. */
  async close(): Promise<Closure> {
    while (this.#closed !== null) await this.#closed;
    let reopen: () => void = () => undefined;
    this.#closed = new Promise((resolve) => {
      reopen = resolve;
    });
    const empty =
      this.#inside === 0
        ? Promise.resolve()
        : new Promise<void>((resolve) => {
            this.#onEmpty = resolve;
          });
    return {
      empty,
      open: () => {
        this.#closed = null;
        this.#onEmpty = null;
        reopen();
      },
    };
  }
}
