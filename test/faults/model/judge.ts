// Judges one answer against the model. It is right when there was a moment, not longer ago than
// the bound when it was asked for, at which everything in it was so at once. Pure.

import type { Attempt, Change, Model, Moments } from './model.ts';

/** What an answer tells of one cell; with `or`, of one of two, and it does not tell of which. */
export interface Claim extends Change {
  readonly or?: Change;
}

/** What one answer showed, and when. */
export interface Sighting {
  readonly resource: string;
  readonly code: string;
  /** Everything that the answer tells, absences included. */
  readonly seen: readonly Claim[];
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

type Within = Pick<Moments, 'fromMs' | 'untilMs'>;

const always = { fromMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };

export function judge(model: Model, sighting: Sighting): Right | Wrong {
  const { seen, askedMs, answeredMs, boundMs } = sighting;
  const allowed = { fromMs: askedMs - boundMs, untilMs: answeredMs };
  let together: Moments[] = [{ ...allowed, attempt: null }];
  const supposes: Attempt[] = [];
  let mixed: Wrong | undefined;
  for (const claim of seen) {
    const moments = momentsOf(model, claim, allowed);
    if (moments.length === 0) return explain(model, claim, sighting);
    const open = moments.flatMap(({ attempt }) => attempt ?? []);
    if (open.length === moments.length) supposes.push(...new Set(open));
    together = intersect(together, claim.or === undefined ? moments : union(moments));
    if (together.length === 0) mixed ??= wrongOf(claim, 'mixed');
  }
  if (mixed !== undefined) return mixed;
  const latestMs = Math.max(...together.map(({ untilMs }) => untilMs));
  return { right: true, staleMs: Math.max(0, askedMs - latestMs), supposes };
}

/** Of a claim with two sides: when either was so. */
function momentsOf(model: Model, { or, ...change }: Claim, within: Within): Moments[] {
  const moments = model.momentsOf(change, within);
  return or === undefined ? moments : [...moments, ...model.momentsOf(or, within)];
}

/** Overlapping ones become one, or their number would double with each claim. */
function union(moments: readonly Moments[]): Moments[] {
  const merged: Moments[] = [];
  for (const next of moments.toSorted((one, other) => one.fromMs - other.fromMs)) {
    const last = merged.at(-1);
    if (last === undefined || last.untilMs < next.fromMs) merged.push(next);
    else merged.splice(-1, 1, { ...last, untilMs: Math.max(last.untilMs, next.untilMs) });
  }
  return merged;
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

function explain(model: Model, claim: Claim, { askedMs, answeredMs }: Sighting): Wrong {
  const ever = momentsOf(model, claim, always);
  const past = ever.filter(({ fromMs }) => fromMs <= answeredMs);
  if (past.length === 0) return wrongOf(claim, ever.length > 0 ? 'early' : 'never');
  const lastMs = Math.max(...past.map(({ untilMs }) => untilMs));
  return { ...wrongOf(claim, 'stale'), staleMs: askedMs - lastMs };
}

function wrongOf({ cell, value }: Claim, fault: Fault): Wrong {
  return { right: false, fault, cell, value, staleMs: null };
}
