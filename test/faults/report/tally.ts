// What happened during a run, counted: answers second by second, transactions, faults, violations.

import type { Fault as FaultOfAnswer, Sighting, Wrong } from '../model/judge.ts';

export interface Second {
  reads: number;
  hits: number;
  noAnswers: number;
  worstStaleMs: number;
}

export interface FiredFault {
  readonly kind: string;
  readonly target: string;
  readonly proof: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface FailedFault {
  readonly kind: string;
  readonly reason: string;
  readonly atMs: number;
}

export interface Violation {
  readonly kind: FaultOfAnswer | 'at rest' | 'not at rest' | 'database';
  readonly atMs: number;
  /** What it is about: 'city FAA'. */
  readonly about: string;
  /** One sentence: what was seen, what was to be seen. */
  readonly what: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export class Tally {
  readonly seconds: Second[] = [];
  readonly faults: FiredFault[] = [];
  readonly failedFaults: FailedFault[] = [];
  readonly violations: Violation[] = [];
  readonly outcomes = new Map<string, number>();
  readonly deeds = new Map<string, number>();
  readonly statuses = new Map<string, number>();
  readonly #startedMs = performance.now();
  #violationCount = 0;
  #atRestLooks = 0;
  readonly #lastKept = new Map<string, number>();

  /** On the clock of the run: from its beginning. */
  sinceStart(ms = performance.now()): number {
    return Math.round(ms - this.#startedMs);
  }

  answer(sighting: Sighting, staleMs: number): void {
    const second = this.#second();
    second.reads += 1;
    if (sighting.status.startsWith('hit')) second.hits += 1;
    second.worstStaleMs = Math.max(second.worstStaleMs, staleMs);
    count(this.statuses, sighting.status.replace(/^$/, 'no status'));
  }

  wrongAnswer(sighting: Sighting, wrong: Wrong): void {
    this.answer(sighting, wrong.staleMs ?? 0);
    this.violation(describe(sighting, wrong, this));
  }

  noAnswer(): void {
    this.#second().noAnswers += 1;
  }

  lookAtRest(): void {
    this.#atRestLooks += 1;
  }

  /** Keeps the first of each thing in each second, up to a limit; counts them all. */
  violation(violation: Violation): void {
    this.#violationCount += 1;
    const last = this.#lastKept.get(violation.about);
    if (this.violations.length >= violationsKept) return;
    if (last !== undefined && violation.atMs - last < violationEveryMs) return;
    this.#lastKept.set(violation.about, violation.atMs);
    this.violations.push(violation);
  }

  get violationCount(): number {
    return this.#violationCount;
  }

  get reads(): number {
    return this.seconds.reduce((sum, { reads }) => sum + reads, this.#atRestLooks);
  }

  get hits(): number {
    return this.seconds.reduce((sum, { hits }) => sum + hits, 0);
  }

  get worstStaleMs(): number {
    return Math.max(0, ...this.seconds.map(({ worstStaleMs }) => worstStaleMs));
  }

  #second(): Second {
    const index = Math.floor(this.sinceStart() / 1000);
    while (this.seconds.length <= index) {
      this.seconds.push({ reads: 0, hits: 0, noAnswers: 0, worstStaleMs: 0 });
    }
    return this.seconds[index] as Second;
  }
}

const violationsKept = 200;
const violationEveryMs = 5000;

export function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

const meanings: Record<FaultOfAnswer, string> = {
  never: 'was never committed',
  early: 'was not committed yet',
  stale: 'had been replaced before',
  mixed: 'was never there together with the rest of the answer',
};

function describe(sighting: Sighting, wrong: Wrong, tally: Tally): Violation {
  const { resource, code, status, askedMs, answeredMs, boundMs, seen } = sighting;
  const { fault, cell, value, staleMs } = wrong;
  const late = staleMs === null ? '' : ` by ${Math.round(staleMs)} ms (allowed: ${boundMs})`;
  return {
    kind: fault,
    atMs: tally.sinceStart(answeredMs),
    about: `${resource} ${code}`,
    what: `${resource} ${code} (${status}): ${cell} = ${value} ${meanings[fault]}${late}`,
    details: {
      askedMs: tally.sinceStart(askedMs),
      answeredMs: tally.sinceStart(answeredMs),
      seen: Object.fromEntries(seen.map((change) => [change.cell, change.value])),
    },
  };
}
