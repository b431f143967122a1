// What a process knows about itself: one check per outside system, and details for people.

export interface HealthCheck {
  status: 'up' | 'down';
  /** What is wrong and since when, for people. */
  [detail: string]: unknown;
}

/** What is wrong, in words that are the same everywhere, and what to type. */
export interface HealthProblem {
  readonly problem: string;
  readonly detail: string;
  readonly fix: string;
}

export interface HealthReport {
  checks: Record<string, HealthCheck>;
  /** What somebody should mend: the process can do its work, and is not well all the same. */
  problems?: readonly HealthProblem[];
  /** Further top-level fields of the report. */
  [detail: string]: unknown;
}

/** A process is ready while everything it needs is up. */
export function isReady(report: HealthReport): boolean {
  return Object.values(report.checks).every((check) => check.status === 'up');
}

export function isWell(report: HealthReport): boolean {
  return isReady(report) && (report.problems ?? []).length === 0;
}
