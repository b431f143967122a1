// Interleaves the arms: every round runs each of them once, in an order of its own, so that neither
// a slow minute of the machine nor the place in the order favours anyone.

import { shuffle } from '../../stack/test-run/shuffle.ts';

export interface RoundsOptions<Arm, Reading> {
  readonly arms: readonly Arm[];
  readonly rounds: number;
  readonly seed: number;
  /** Called before each measurement, for whoever waits: '3 of 20'. */
  report(turn: string): void;
  measure(arm: Arm, round: number): Promise<Reading>;
}

/** Per arm its readings, one per round. */
export async function interleave<Arm, Reading>(
  options: RoundsOptions<Arm, Reading>,
): Promise<Map<Arm, Reading[]>> {
  const { arms, rounds, seed, report, measure } = options;
  const readings = new Map(arms.map((arm) => [arm, [] as Reading[]]));
  let turn = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const arm of shuffle(arms, seed + round)) {
      turn += 1;
      report(`${turn} of ${rounds * arms.length}`);
      readings.get(arm)?.push(await measure(arm, round));
    }
  }
  return readings;
}
