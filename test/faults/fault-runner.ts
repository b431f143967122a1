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

export class FaultRunner {
  readonly #options: FaultRunnerOptions;
  readonly #lanes = new Map<string, Promise<unknown>>();

  constructor(options: FaultRunnerOptions) {
    this.#options = options;
  }

  async run(planned: readonly PlannedFault[], signal: AbortSignal): Promise<void> {
    await Promise.all(planned.map((fault) => this.#befall(fault, signal)));
  }

  async #befall(planned: PlannedFault, signal: AbortSignal): Promise<void> {
    const { faults, tally, say, stage } = this.#options;
    await elapse(planned.atMs, signal);
    const fault = faults.find(({ kind }) => kind === planned.kind);
    if (signal.aborted || fault === undefined) return;
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
