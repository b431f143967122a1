// The arithmetic of the benchmark: medians, quantiles and how far the rounds lie apart. Pure.

export interface Summary {
  readonly median: number;
  /** The middle half of the rounds. */
  readonly low: number;
  readonly high: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
}

/** Between two neighbours it lies in proportion; `share` is from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) {
    throw new RangeError('nothing was measured');
  }
  return below + (above - below) * (position - Math.floor(position));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function summarize(values: readonly number[]): Summary {
  return {
    median: median(values),
    low: quantile(values, 0.25),
    high: quantile(values, 0.75),
    min: Math.min(...values),
    max: Math.max(...values),
    rounds: values.length,
  };
}

/** One ratio per round: what one round's machine did to both arms cancels out. */
export function ratios(over: readonly number[], under: readonly number[]): number[] {
  if (over.length !== under.length) {
    throw new RangeError(`${over.length} rounds of one arm, ${under.length} of the other`);
  }
  return over.map((value, round) => value / (under[round] ?? Number.NaN));
}
