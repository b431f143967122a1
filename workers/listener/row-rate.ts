// Whether rows are frequent: how many were read within about the last tenth of a second.

const windowMs = 100;
/** About 400 rows a second: from there on lingering costs readers little, spares writers much. */
const frequentRows = 40;

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
