// What a scenario is: a question to the running system, answered with figures. Each has the machine
// to itself while it runs, and leaves nothing behind.

import type { TestScope } from '../test/support/processes.ts';
import type { Figure } from './measure/verdict.ts';
import type { World } from './world/world.ts';

export interface Scenario {
  /** As typed: `npm run bench -- reads`. */
  readonly name: string;
  /** The question, in one line. */
  readonly about: string;
  run(bench: Bench): Promise<Findings>;
}

export interface Bench {
  readonly world: World;
  /** Fewer and shorter rounds; the figures are rougher. */
  readonly quick: boolean;
  readonly rounds: number;
  readonly seed: number;
  /** What was started goes when the scenario ends, whatever happened. */
  readonly scope: TestScope;
  /** What is going on, for whoever waits. */
  report(text: string): void;
}

export interface Findings {
  readonly figures: readonly Figure[];
  /** What the arms showed by themselves, for the report: ratios alone hide a slow pair. */
  readonly readings: readonly ArmReading[];
  /** What could not be measured here, and why. */
  readonly missing?: readonly string[];
}

export interface ArmReading {
  readonly arm: string;
  /** Under what: '1 KB', '16 writers'. */
  readonly at: string;
  readonly measure: string;
  readonly values: readonly number[];
}
