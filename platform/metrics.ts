// One Prometheus registry per process, handed to whatever counts something.

import { collectDefaultMetrics, Registry } from 'prom-client';

export type Metrics = Registry;

export function createMetrics(processName: string, labels: Record<string, string> = {}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ process: processName, ...labels });
  collectDefaultMetrics({ register: registry });
  return registry;
}
