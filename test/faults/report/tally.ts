// What happened during a run, counted: answers second by second, transactions, faults, violations.

import type { Fault as FaultOfAnswer, Sighting } from '../model/judge.ts';

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
  readonly kind: FaultOfAnswer | 'at rest' | 'not at rest' | 'database' | 'event';
  readonly atMs: number;
  /** What it is about: 'city FAA'. */
  readonly about: string;
  /** One sentence: what was seen, what was to be seen. */
  readonly what: string;
  readonly details: Record<string, unknown>;
}

export class Tally {
  readonly seconds: Second[] = [];
  readonly faults: FiredFault[] = [];
  readonly failedFaults: FailedFault[] = [];
  readonly violations: Violation[] = [];
  readonly outcomes = new Map<string, number>();
  readonly deeds = new Map<string, number>();
  readonly statuses = new Map<string, number>();
  /** As subscribers saw them in the last look, with those that came again. */
  events = 0;
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
    if (/^hit(; detail=memory)?$/.test(sighting.status)) second.hits += 1;
    // One that says that it is stale hides nothing.
    const isMarked = sighting.boundMs === Number.POSITIVE_INFINITY;
    if (!isMarked) second.worstStaleMs = Math.max(second.worstStaleMs, staleMs);
    count(this.statuses, sighting.status.replace(/^$/, 'no status'));
  }

  noAnswer(): void {
    this.#second().noAnswers += 1;
  }

  lookAtRest(): void {
    this.#atRestLooks += 1;
  }

  /** Counts all; keeps, up to a limit, one of each thing every few seconds. Tells if it did. */
  violation(violation: Violation): boolean {
    this.#violationCount += 1;
    const last = this.#lastKept.get(violation.about);
    if (this.violations.length >= violationsKept) return false;
    if (last !== undefined && violation.atMs - last < violationEveryMs) return false;
    this.#lastKept.set(violation.about, violation.atMs);
    this.violations.push(violation);
    return true;
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

  /** Whether anything was answered from the cache just now. */
  isCacheInUse(): boolean {
    const now = Math.floor(this.sinceStart() / 1000);
    return [now, now - 1].some((second) => (this.seconds[second]?.hits ?? 0) > 0);
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
