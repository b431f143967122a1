// Wakes the relay's loop: a notification, an answer from Kafka, a lost connection. It stays rung
// until it is reset, so that nothing which happens between a look and the wait is slept through.

export class Alarm {
  #rung = false;
  #wake: (() => void) | null = null;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  reset(): void {
    this.#rung = false;
  }

  /** Resolves after the time, at once when rung meanwhile. One waiter at a time. */
  async wait(timeMs: number): Promise<void> {
    if (this.#rung || timeMs <= 0) {
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, timeMs);
    });
    clearTimeout(timer);
    this.#wake = null;
  }
}
