// Lets the planned faults of a round happen, each when it is due, and waits until all are over.

import { elapse } from './elapse.ts';
import type { Fault, Stage } from './faults/fault.ts';
import type { PlannedFault } from './plan.ts';
import type { Tally } from './report/tally.ts';

export interface FaultRunnerOptions {
  readonly stage: Omit<Stage, 'alone'>;
  readonly faults: readonly Fault[];
  readonly tally: Tally;
  say(text: string): void;
}

/** With more, on a slow machine, nothing would ever work between two faults. */
const atOnceMax = 3;
/** Most faults are to meet a cache in use; the others come on top of what else is wrong. */
const calmShare = 0.7;
const calmWithinMs = 10_000;
const calmPollMs = 100;

class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async take(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}

export class FaultRunner {
  readonly #options: FaultRunnerOptions;
  readonly #lanes = new Map<string, Promise<unknown>>();
  /** Those that are due while too many go on wait for their turn, in order. */
  readonly #slots = new Slots(atOnceMax);

  constructor(options: FaultRunnerOptions) {
    this.#options = options;
  }

  async run(planned: readonly PlannedFault[], signal: AbortSignal): Promise<void> {
    await Promise.all(planned.map((fault) => this.#befall(fault, signal)));
  }

  async #befall(planned: PlannedFault, signal: AbortSignal): Promise<void> {
    const { faults } = this.#options;
    await elapse(planned.atMs, signal);
    const fault = faults.find(({ kind }) => kind === planned.kind);
    if (signal.aborted || fault === undefined) return;
    await this.#slots.take();
    try {
      if (planned.random.chance(calmShare)) await this.#untilInUse(signal);
      if (!signal.aborted) await this.#fire(fault, planned);
    } finally {
      this.#slots.give();
    }
  }

  async #fire(fault: Fault, planned: PlannedFault): Promise<void> {
    const { tally, say, stage } = this.#options;
    const { kind } = planned;
    let fromMs = tally.sinceStart();
    const alone: Stage['alone'] = (what, befall) =>
      this.#alone(what, () => {
        fromMs = tally.sinceStart();
        return befall();
      });
    try {
      const { target, proof } = await fault.befall({ ...stage, alone }, planned);
      tally.faults.push({ kind, target, proof, fromMs, untilMs: tally.sinceStart() });
      say(`${kind}: ${target}: ${proof}`);
    } catch (error) {
      tally.failedFaults.push({ kind, reason: String(error), atMs: fromMs });
      say(`${kind} did not fire: ${String(error)}`);
    }
  }

  async #untilInUse(signal: AbortSignal): Promise<void> {
    const untilMs = performance.now() + calmWithinMs;
    while (!this.#options.tally.isCacheInUse() && performance.now() < untilMs) {
      await elapse(calmPollMs, signal);
      if (signal.aborted) return;
    }
  }

  async #alone<Result>(what: string, befall: () => Promise<Result>): Promise<Result> {
    const before = this.#lanes.get(what) ?? Promise.resolve();
    const own = before.then(befall);
    this.#lanes.set(
      what,
      own.catch(() => undefined),
    );
    return await own;
  }
}
