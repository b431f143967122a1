// Asks Prometheus' own promtool which alerts a set of metrics raises.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Alert, alerts } from './alert-rules.ts';
import { findProgram } from './debian-program.ts';
import type { TestScope } from './processes.ts';

export const rulesFile = fileURLToPath(
  new URL('../../deploy/prometheus/rules.yml', import.meta.url),
);

export async function runPromtool(...words: string[]): Promise<string> {
  const { path, env } = await findProgram('promtool', 'prometheus');
  const options = { env: { ...process.env, ...env } };
  const { stdout, stderr } = await promisify(execFile)(path, words, options);
  return stdout + stderr;
}

/** @param samples as on /metrics: name, labels, value; they stay so for a quarter of an hour */
export async function assertAlerts(
  scope: TestScope,
  samples: readonly string[],
  expected: (alert: Alert) => boolean,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cinesync-alerts-'));
  scope.after(() => rmSync(folder, { recursive: true, force: true }));
  const series = samples.flatMap((line) => {
    const [, name, value] = /^(\w+(?:\{.*\})?) (\S+)/.exec(line) ?? [];
    return name === undefined || line.startsWith('#') || !Number.isFinite(Number(value))
      ? []
      : [{ series: name, values: `${value}+0x15` }];
  });
  const checks = alerts.map((alert) => ({
    eval_time: '15m',
    alertname: alert.name,
    exp_alerts: expected(alert)
      ? [{ exp_labels: { severity: alert.severity }, exp_annotations: alert.annotations }]
      : [],
  }));
  // JSON is YAML.
  const file = join(folder, 'alerts.test.yml');
  const tests = [{ interval: '1m', input_series: series, alert_rule_test: checks }];
  writeFileSync(file, JSON.stringify({ rule_files: [rulesFile], tests }));
  await runPromtool('test', 'rules', file);
}
