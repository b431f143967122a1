// What an operator is told when something was broken: by the doctor, by /health and by the alerts.
// Each has to name the same problem, and what to type.

import assert from 'node:assert/strict';
import { problemKinds, type ProblemId } from '../../contract/problems.ts';
import { typeCinesync } from './cinesync.ts';
import { eventually } from './eventually.ts';
import type { RunningProcess, TestScope } from './processes.ts';
import { assertAlerts } from './promtool.ts';

interface Told {
  problem: string | null;
  detail: string;
  fix: string | null;
}

export interface Diagnosis {
  problem: ProblemId;
  /** Of the doctor's line: what exactly is wrong. */
  detail: RegExp;
  /** Of what it says to type; absent: what the kind of problem says. */
  fix?: RegExp;
}

const waitMs = 120_000;

/** @param env as the doctor is called with */
export async function assertDoctorSays(
  env: Readonly<Record<string, string>>,
  { problem, detail, fix }: Diagnosis,
): Promise<void> {
  const found = await eventually(
    async () => {
      const { code, stdout } = await typeCinesync(['doctor', '--json'], env);
      const findings = JSON.parse(stdout) as Told[];
      const line = findings.find((told) => told.problem === problem && detail.test(told.detail));
      assert.ok(line, `no ${problem} among ${JSON.stringify(findings.filter((f) => f.problem))}`);
      return { code, line };
    },
    { what: `the doctor to find ${problem}`, timeoutMs: waitMs },
  );
  assert.equal(found.code, 1);
  assert.match(found.line.fix ?? '', fix ?? new RegExp(escape(problemKinds[problem].fix)));
}

/** /health of a process, and what Prometheus makes of its metrics. */
export async function assertProcessSays(
  scope: TestScope,
  running: RunningProcess,
  { problem, detail }: Pick<Diagnosis, 'problem' | 'detail'>,
): Promise<void> {
  const url = await running.url();
  const told = await eventually(
    async () => {
      const { problems } = (await (await fetch(`${url}/health`)).json()) as { problems: Told[] };
      const found = problems.find((one) => one.problem === problem && detail.test(one.detail));
      assert.ok(found, `no ${problem} among ${JSON.stringify(problems)}`);
      return found;
    },
    { what: `/health to tell of ${problem}`, timeoutMs: waitMs },
  );
  assert.ok((told.fix ?? '').length > 0, 'and what to type');
  const shown = await eventually(
    async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      const lines = text.split('\n').filter((line) => line.startsWith('cinesync_problem{'));
      return lines.find((line) => line.includes(`problem="${problem}"`));
    },
    { what: `the metric of ${problem}`, timeoutMs: waitMs },
  );
  const healthy = ['cinesync_listener_leads 1', 'cinesync_outbox_rows 0', 'up{job="cinesync"} 1'];
  await assertAlerts(scope, [...healthy, shown], (alert) => alert.problem === problem);
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
