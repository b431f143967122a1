// What is wrong with an API, from what /health knows anyway: servers that are down, and resources
// whose entries can not be used.

import { type Problem, problem } from '../../contract/problems.ts';
import type { HealthCheck, HealthProblem } from '../../platform/health.ts';
import type { ResourceHealth } from './schemas.ts';

export function diagnose(
  checks: Readonly<Record<string, HealthCheck>>,
  resources: Readonly<Record<string, ResourceHealth>>,
): HealthProblem[] {
  const servers = Object.entries(checks).flatMap(([name, check]) =>
    check.status === 'up'
      ? []
      : [
          {
            problem: String(check.problem),
            detail: `${name}: ${String(check.error)}`,
            fix: String(check.fix),
          },
        ],
  );
  const bypassed = Object.entries(resources).flatMap(([name, { bypass, lag_ms }]) =>
    bypass === null || bypass === 'off' ? [] : [explainBypass(name, bypass, lag_ms)],
  );
  return [...servers, ...bypassed];
}

function explainBypass(resource: string, reason: string, lagMs: number | null): Problem {
  const lag = lagMs === null ? '' : `, ${lagMs} ms behind`;
  const detail = `${resource} is read from Postgres: ${reason}${lag}`;
  switch (reason) {
    case 'capture':
      return problem('capture-broken', detail);
    case 'clock':
      return problem('clock-skew', detail);
    default:
      return problem('cache-bypassed', detail);
  }
}
