// An asynchronous function whose every call ends when the test says so, to hold open what is
// normally over at once.

import { eventually } from './eventually.ts';

export interface HeldCall<Args, Result> {
  readonly args: Args;
  succeed(result: Result): void;
  fail(error: Error): void;
}

export class HeldCalls<Args extends unknown[], Result> {
  /** Every call that has begun. */
  readonly begun: HeldCall<Args, Result>[] = [];

  /** The function itself. */
  readonly call = (...args: Args): Promise<Result> =>
    new Promise((succeed, fail) => void this.begun.push({ args, succeed, fail }));

  /** One call by its number, begun already or still to come. */
  async nth(index: number): Promise<HeldCall<Args, Result>> {
    return await eventually(() => this.begun[index], { what: `call number ${index}` });
  }
}
