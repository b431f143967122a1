// Whether one key has changed since it was about to be read. Held by every reader who shares the
// reading; the last one to release it ends it.

export class Watch {
  readonly #end: () => void;
  #holders = 1;
  #isChanged = false;
  readonly #waiting = new Set<() => void>();

  constructor(end: () => void) {
    this.#end = end;
  }

  get isChanged(): boolean {
    return this.#isChanged;
  }

  hold(): void {
    this.#holders += 1;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) {
      this.#end();
    }
  }

  /** In the turn in which the change was told, before any reader goes on. */
  tell(): void {
    this.#isChanged = true;
    for (const wake of this.#waiting) {
      wake();
    }
  }

  /** Resolves when the key has changed, at once if it has already, or after that time. */
  async changed(withinMs: number): Promise<void> {
    if (this.#isChanged) {
      return;
    }
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, withinMs);
      this.#waiting.add(wake);
    });
  }
}
