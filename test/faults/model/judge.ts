// Judges one answer against the model. It is right when there was a moment, not longer ago than
// the bound when it was asked for, at which everything in it was so at once. Pure.

import type { Attempt, Change, Model, Moments } from './model.ts';

/** What one answer showed, and when. */
export interface Sighting {
  readonly resource: string;
  readonly code: string;
  /** Everything that the answer tells, absences included. */
  readonly seen: readonly Change[];
  readonly askedMs: number;
  readonly answeredMs: number;
  /** How old it may be; infinite for an answer that says that it is stale. */
  readonly boundMs: number;
  /** How the answer came about, in its own words. */
  readonly status: string;
}

export type Fault =
  | 'never' // a state that was never committed
  | 'early' // a state that was not committed yet when it was shown
  | 'stale' // a state that was replaced more than the bound before
  | 'mixed'; // states that were never there together

export interface Right {
  readonly right: true;
  /** How long ago, at least, it was so, when it was asked for. */
  readonly staleMs: number;
  /** Transactions of unknown outcome that must have succeeded for this to be right. */
  readonly supposes: readonly Attempt[];
}

export interface Wrong {
  readonly right: false;
  readonly fault: Fault;
  /** The cell that shows it, and the time for which it was out of date, where that is known. */
  readonly cell: string;
  readonly value: number;
  readonly staleMs: number | null;
}

const always = { fromMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };

export function judge(model: Model, sighting: Sighting): Right | Wrong {
  const { seen, askedMs, answeredMs, boundMs } = sighting;
  const allowed = { fromMs: askedMs - boundMs, untilMs: answeredMs };
  let together: Moments[] = [{ ...allowed, attempt: null }];
  const supposes: Attempt[] = [];
  let mixed: Wrong | undefined;
  for (const change of seen) {
    const moments = model.momentsOf(change, allowed);
    if (moments.length === 0) return explain(model, change, sighting);
    const open = moments[0]?.attempt;
    if (open && moments.length === 1) supposes.push(open);
    together = intersect(together, moments);
    if (together.length === 0) mixed ??= { right: false, fault: 'mixed', ...change, staleMs: null };
  }
  if (mixed !== undefined) return mixed;
  const latestMs = Math.max(...together.map(({ untilMs }) => untilMs));
  return { right: true, staleMs: Math.max(0, askedMs - latestMs), supposes };
}

function intersect(left: readonly Moments[], right: readonly Moments[]): Moments[] {
  return left.flatMap((a) =>
    right.flatMap((b) => {
      const fromMs = Math.max(a.fromMs, b.fromMs);
      const untilMs = Math.min(a.untilMs, b.untilMs);
      return fromMs <= untilMs ? [{ fromMs, untilMs, attempt: null }] : [];
    }),
  );
}

function explain(model: Model, change: Change, { askedMs, answeredMs }: Sighting): Wrong {
  const ever = model.momentsOf(change, always);
  const past = ever.find(({ fromMs }) => fromMs <= answeredMs);
  const wrong = { right: false, ...change, staleMs: null } as const;
  if (past !== undefined) return { ...wrong, fault: 'stale', staleMs: askedMs - past.untilMs };
  return { ...wrong, fault: ever.length > 0 ? 'early' : 'never' };
}
