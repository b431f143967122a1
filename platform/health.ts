// What a process knows about itself: one check per outside system, and details for people.

export interface HealthCheck {
  status: 'up' | 'down';
  /** What is wrong and since when, for people. */
  [detail: string]: unknown;
}

export interface HealthReport {
  checks: Record<string, HealthCheck>;
  /** Further top-level fields of the report. */
  [detail: string]: unknown;
}

/** A process is ready while everything it needs is up. */
export function isReady(report: HealthReport): boolean {
  return Object.values(report.checks).every((check) => check.status === 'up');
}
