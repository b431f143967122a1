// When which fault happens to what: drawn from the seed alone, so that a seed names a schedule.
// Every kind comes before any comes twice; heavy ones are rarer, so that the cache is in use.

import { Random } from './random.ts';

export interface PlannedFault {
  readonly kind: string;
  /** After the beginning of its round. */
  readonly atMs: number;
  /** How long it lasts, for those that last. */
  readonly durationMs: number;
  /** For the choices that it makes itself: which process, which connection. */
  readonly random: Random;
}

export interface KindOfFault {
  readonly kind: string;
  /** How often it comes, relative to others. */
  readonly weight: number;
  readonly durationMs: readonly [min: number, max: number];
}

export interface PlanOptions {
  readonly seed: number;
  readonly kinds: readonly KindOfFault[];
  readonly faultsPerRound: number;
  readonly roundMs: number;
}

/** The first faults come once the load is under way, the last soon enough to have an effect. */
const marginMs = { before: 1500, after: 3000 };

/** One round after another, without end. */
export function* planRounds(options: PlanOptions): Generator<readonly PlannedFault[], never> {
  const { seed, kinds, faultsPerRound, roundMs } = options;
  const random = new Random(`faults ${seed}`);
  const nextKind = kindsInTurn(kinds, random.fork('kinds'));
  const spanMs = roundMs - marginMs.before - marginMs.after;
  for (let number = 0; ; number += 1) {
    const faults = Array.from({ length: faultsPerRound }, (_, index): PlannedFault => {
      const { kind, durationMs } = nextKind();
      return {
        kind,
        // Spread evenly, and a little off.
        atMs: marginMs.before + Math.round(((index + random.next()) * spanMs) / faultsPerRound),
        durationMs: random.logUniform(...durationMs),
        random: random.fork(`${number} ${index}`),
      };
    });
    yield faults;
  }
}

function kindsInTurn(kinds: readonly KindOfFault[], random: Random): () => KindOfFault {
  const first = random.sample(kinds, kinds.length);
  const weighted = kinds.flatMap((kind) => Array.from({ length: kind.weight }, () => kind));
  return () => first.pop() ?? random.pick(weighted);
}
