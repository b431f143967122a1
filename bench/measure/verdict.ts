// Whether a figure meets its goal. When the rounds lie on both sides of it, the spread exceeds the
// effect, and the honest answer is that this run has not measured it.

import { type Summary, summarize } from './statistics.ts';

export type Goal = { readonly atLeast: number } | { readonly atMost: number };

export type Verdict = 'met' | 'not met' | 'not measured' | 'reported';

export interface Figure {
  /** What is divided by what, or what took how long. */
  readonly name: string;
  readonly unit: 'ratio' | 'ms' | 'per second' | 'MB' | 'statements' | 'µs';
  /** One per round. */
  readonly values: readonly number[];
  /** None: it is only reported. */
  readonly goal?: Goal;
}

export interface JudgedFigure extends Figure {
  readonly summary: Summary;
  readonly verdict: Verdict;
}

export function judge(figure: Figure): JudgedFigure {
  const summary = summarize(figure.values);
  return { ...figure, summary, verdict: verdictOf(summary, figure.goal) };
}

/** The middle half of the rounds has to agree. */
function verdictOf({ low, high }: Summary, goal: Goal | undefined): Verdict {
  if (goal === undefined) {
    return 'reported';
  }
  const meets = (value: number) =>
    'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;
  if (meets(low) !== meets(high)) {
    return 'not measured';
  }
  return meets(low) ? 'met' : 'not met';
}
