// Shows on /metrics what /health calls a problem, so that an alert and a person hear the same.

import { Gauge } from 'prom-client';
import type { HealthProblem } from './health.ts';
import type { Metrics } from './metrics.ts';

export function registerProblemGauge(
  metrics: Metrics,
  readProblems: () => readonly HealthProblem[] | Promise<readonly HealthProblem[]>,
): void {
  new Gauge({
    name: 'cinesync_problem',
    help: '1 by the name of each problem that /health tells of; absent while there is none',
    labelNames: ['problem'],
    registers: [metrics],
    async collect() {
      const problems = await readProblems();
      this.reset();
      for (const { problem } of problems) {
        this.set({ problem }, 1);
      }
    },
  });
}
