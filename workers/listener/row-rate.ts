// Whether rows are frequent: how many were read within about the last tenth of a second.

const windowMs = 100;
/**
 * About 100 rows a second. Commits that ring go one by one, each with its flush to disk: 2 ms each
 * are no more than 300 to 400 a second, however many writers there are, and a rate above that is
 * never seen while parked.
 */
const frequentRows = 10;

export class RowRate {
  #rows = 0;
  #atMs = performance.now();

  add(rows: number): void {
    const nowMs = performance.now();
    this.#rows = this.#rows * Math.exp((this.#atMs - nowMs) / windowMs) + rows;
    this.#atMs = nowMs;
  }

  get isFrequent(): boolean {
    return this.#rows > frequentRows;
  }
}
