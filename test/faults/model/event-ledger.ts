// How many events the committed changes of films must have made, told from the model and not from
// the database: what a trigger forgot would be missing there, too.

import type { Change } from './model.ts';

export interface EventLedgerOptions {
  /** The film that a cell is about; undefined for those of towns and names. */
  filmOf: (cell: string) => { film: string; isLink: boolean } | undefined;
}

export class EventLedger {
  readonly #options: EventLedgerOptions;
  readonly #expected = new Map<string, number>();

  constructor(options: EventLedgerOptions) {
    this.#options = options;
  }

  /** What the films had when the run began. */
  begin(counts: ReadonlyMap<string, number>): void {
    for (const [film, count] of counts) {
      this.#expected.set(film, count);
    }
  }

  /** A transaction is committed; `before` still tells what was there before it. */
  note(changes: readonly Change[], before: (cell: string) => number): void {
    const films = new Map<string, { turned: number; changed: boolean }>();
    for (const { cell, value } of changes) {
      const about = this.#options.filmOf(cell);
      if (about === undefined) continue;
      const known = films.get(about.film) ?? { turned: 0, changed: false };
      const wasShown = before(cell) !== 0;
      const isShown = value !== 0;
      if (about.isLink) known.changed = true;
      else if (wasShown !== isShown) known.turned = 1;
      // A film that is shown gets a new number by the same statement, one that is hidden does not.
      if (!about.isLink && isShown) known.changed = true;
      films.set(about.film, known);
    }
    for (const [film, { turned, changed }] of films) {
      this.#expected.set(film, (this.#expected.get(film) ?? 0) + turned + Number(changed));
    }
  }

  /** The last sequence number that each film must have. */
  get expected(): ReadonlyMap<string, number> {
    return this.#expected;
  }
}
