// Loads without a lease, shared between the readers of one code: at most one runs and one waits.
// A reader joins the one that waits, because only that one starts after the reader arrived; the
// one that runs may carry a row older than the request.

export class SharedLoads<Result> {
  readonly #running = new Map<string, Promise<Result>>();
  readonly #queued = new Map<string, Promise<Result>>();

  /** `load` starts at once, or as soon as the load that runs for this code has ended. */
  async load(code: string, load: () => Promise<Result>): Promise<Result> {
    // First: between the end of one load and the start of the next, none runs but one is queued.
    const queued = this.#queued.get(code);
    if (queued !== undefined) {
      return await queued;
    }
    const running = this.#running.get(code);
    return await (running === undefined ? this.#run(code, load) : this.#queue(code, load, running));
  }

  #queue(code: string, load: () => Promise<Result>, running: Promise<Result>): Promise<Result> {
    const queued = running.then(ignore, ignore).then(() => {
      this.#queued.delete(code);
      return this.#run(code, load);
    });
    this.#queued.set(code, queued);
    return queued;
  }

  #run(code: string, load: () => Promise<Result>): Promise<Result> {
    const running = load().finally(() => {
      if (this.#running.get(code) === running) {
        this.#running.delete(code);
      }
    });
    this.#running.set(code, running);
    return running;
  }
}

function ignore(): void {}
