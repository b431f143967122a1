// Every committed state of everything that an answer shows. A cell is one such thing (a city's row
// in a country, a film, a link, a name) and holds a number that no earlier state of it had, or 0
// while it is absent. Each cell has one writer at a time; moments are on the clock of the run.

export interface Change {
  readonly cell: string;
  readonly value: number;
}

interface State {
  readonly value: number;
  /** When its COMMIT was sent: it can not have been visible before. */
  readonly fromMs: number;
  /** When the reply to the COMMIT that replaced it arrived: it can not be visible after. */
  untilMs: number;
  /** Not yet known to be committed. */
  attempt: Attempt | null;
}

/** A transaction whose COMMIT was sent. */
export interface Attempt {
  readonly changes: readonly Change[];
  /** A crash of the database may take it back although it was acknowledged. */
  readonly losable: boolean;
}

/** A stretch of time in which a cell may have had a value. */
export interface Moments {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly attempt: Attempt | null;
}

export interface Loss {
  /** How many cells went back. */
  readonly lost: number;
  /** Those whose change had waited for the disk. */
  readonly impossible: readonly string[];
}

export class Model {
  readonly #cells = new Map<string, State[]>();
  readonly #losable = new Map<string, boolean>();
  #commits = 0;

  get commits(): number {
    return this.#commits;
  }

  get cells(): readonly string[] {
    return [...this.#cells.keys()];
  }

  /** What is there when the run begins. */
  declare(changes: readonly Change[]): void {
    for (const { cell, value } of changes) {
      this.#cells.set(cell, [newState(value, Number.NEGATIVE_INFINITY, null)]);
    }
  }

  /** The last state that is known to be committed. */
  latest(cell: string): number {
    const known = this.#states(cell).findLast(({ attempt }) => attempt === null);
    return known?.value ?? 0;
  }

  /** Called before COMMIT is sent: from now on the changes may be seen. */
  attempt(changes: readonly Change[], atMs: number, { losable = false } = {}): Attempt {
    const attempt: Attempt = { changes, losable };
    for (const { cell, value } of changes) {
      this.#states(cell).push(newState(value, atMs, attempt));
    }
    return attempt;
  }

  /** Called once the COMMIT is known to have succeeded: what it replaced can not be seen now. */
  commit(attempt: Attempt, atMs: number): void {
    this.#commits += 1;
    for (const { cell } of attempt.changes) {
      const [before, own] = this.#lastTwo(cell, attempt);
      before.untilMs = atMs;
      own.attempt = null;
      this.#losable.set(cell, attempt.losable);
    }
  }

  /** It is known not to have succeeded: its changes never were. */
  abort(attempt: Attempt): void {
    for (const { cell } of attempt.changes) {
      this.#lastTwo(cell, attempt);
      this.#states(cell).pop();
    }
  }

  /**
   * After a crash of the database, with no attempt open: what is not as it was committed has been
   * taken back between these moments.
   */
  recover(actual: ReadonlyMap<string, number>, crash: { fromMs: number; untilMs: number }): Loss {
    const impossible: string[] = [];
    let lost = 0;
    for (const [cell, states] of this.#cells) {
      const last = states.at(-1);
      const value = actual.get(cell) ?? 0;
      if (last === undefined || last.value === value) continue;
      lost += 1;
      if (!this.#losable.get(cell)) impossible.push(cell);
      last.untilMs = crash.untilMs;
      states.push(newState(value, crash.fromMs, null));
    }
    return { lost, impossible };
  }

  /** When a cell may have had a value, within the given time; newest first. */
  momentsOf({ cell, value }: Change, within: { fromMs: number; untilMs: number }): Moments[] {
    const found: Moments[] = [];
    const states = this.#cells.get(cell) ?? [];
    for (let index = states.length - 1; index >= 0; index -= 1) {
      const state = states[index];
      // Older ones ended earlier still.
      if (state === undefined || state.untilMs < within.fromMs) break;
      if (state.value !== value || state.fromMs > within.untilMs) continue;
      const { attempt } = state;
      const fromMs = Math.max(state.fromMs, within.fromMs);
      found.push({ fromMs, untilMs: Math.min(state.untilMs, within.untilMs), attempt });
    }
    return found;
  }

  /** What a person needs to see to believe it: the last states of a cell, newest first. */
  historyOf(cell: string): { value: number; fromMs: number; untilMs: number }[] {
    const states = this.#cells.get(cell) ?? [];
    return states
      .slice(-historyShown)
      .map(({ value, fromMs, untilMs }) => ({ value, fromMs, untilMs }))
      .toReversed();
  }

  #states(cell: string): State[] {
    const states = this.#cells.get(cell);
    if (states === undefined) throw new RangeError(`The model has no cell ${cell}.`);
    return states;
  }

  #lastTwo(cell: string, attempt: Attempt): [State, State] {
    const [before, own] = this.#states(cell).slice(-2);
    if (before === undefined || own === undefined || own.attempt !== attempt) {
      throw new Error(`Two transactions wrote ${cell} at once: the workload is at fault.`);
    }
    return [before, own];
  }
}

const historyShown = 6;

function newState(value: number, fromMs: number, attempt: Attempt | null): State {
  return { value, fromMs, untilMs: Number.POSITIVE_INFINITY, attempt };
}
