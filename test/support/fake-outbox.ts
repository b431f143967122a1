// The leader's session on an outbox that is an array. It notes every call, so that a test can tell
// the order in which things happened.

export interface FakeSnapshot<Row> {
  atMs: number;
  incarnation: string | null;
  changes: Row[];
  complete: boolean;
}

export class FakeOutbox<Row extends { id: string }> {
  rows: Row[] = [];
  incarnation: string | null = 'one';
  isParked = false;
  /** Whether the lock of those who park is free. */
  grantsPark = true;
  readonly calls: string[];
  #nowMs = 0;

  constructor(calls: string[]) {
    this.calls = calls;
  }

  async read(rowsMax: number, held: readonly Row[] = []): Promise<FakeSnapshot<Row>> {
    this.calls.push('read');
    const known = new Set(held);
    const changes = this.rows.filter((row) => !known.has(row)).slice(0, rowsMax);
    this.#nowMs += 1;
    const { incarnation } = this;
    return { atMs: this.#nowMs, incarnation, changes, complete: changes.length < rowsMax };
  }

  async delete(rows: readonly Row[]): Promise<void> {
    this.calls.push(`delete ${rows.map(({ id }) => id).join()}`);
    this.rows = this.rows.filter((row) => !rows.includes(row));
  }

  async tryPark(): Promise<boolean> {
    this.calls.push('park');
    this.isParked = this.grantsPark;
    return this.isParked;
  }

  async unpark(): Promise<void> {
    this.calls.push('unpark');
    this.isParked = false;
  }

  async renewIncarnation(): Promise<void> {
    this.calls.push('renew');
    this.incarnation = 'two';
  }

  async ping(): Promise<void> {
    this.calls.push('ping');
  }
}
