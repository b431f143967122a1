// The alerts: made from what the code knows, understood by Prometheus, each with its page.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { problemKinds } from '../contract/problems.ts';
import { alerts, renderRules } from './support/alert-rules.ts';
import { assertAlerts, rulesFile, runPromtool } from './support/promtool.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** So that nothing else is missing: somebody leads, somebody examines. */
const healthy = ['cinesync_listener_leads 1', 'cinesync_outbox_rows 0', 'up{job="cinesync"} 1'];

test('the rules are those that contract/problems.ts asks for', () => {
  if (process.env.UPDATE_DOCS === 'true') {
    writeFileSync(rulesFile, renderRules());
  }
  assert.equal(readFileSync(rulesFile, 'utf8'), renderRules());
});

test('Prometheus understands the rules and the sample configuration', async () => {
  assert.match(await runPromtool('check', 'rules', rulesFile), /SUCCESS/);
  const configuration = `${root}deploy/prometheus/prometheus.yml`;
  assert.match(await runPromtool('check', 'config', configuration), /SUCCESS/);
});

test('a healthy installation raises none', async (t) => {
  await assertAlerts(t, healthy, () => false);
});

test('each problem that /health tells of raises its alert, and no other', async (t) => {
  for (const { problem } of alerts) {
    if (problem !== 'process-down' && problem !== 'auditor-missing') {
      const shown = `cinesync_problem{problem="${problem}",process="auditor"} 1`;
      await assertAlerts(t, [...healthy, shown], (alert) => alert.problem === problem);
    }
  }
});

const signs: [problem: string, samples: string[]][] = [
  ['process-down', ['up{job="cinesync",instance="a"} 0']],
  ['auditor-missing', []],
  ['listener-missing', ['cinesync_listener_leads 0']],
  ['outbox-backlog', ['cinesync_outbox_oldest_seconds 31']],
  ['cache-bypassed', ['cinesync_cache_bypassed{resource="city",reason="lag"} 1']],
  ['capture-broken', ['cinesync_audit_findings 1']],
];
for (const [problem, samples] of signs) {
  test(`${problem} is seen without anybody who examines`, async (t) => {
    const rest = problem === 'auditor-missing' ? [] : ['cinesync_outbox_rows 0'];
    await assertAlerts(t, [...rest, ...samples], (alert) => alert.problem === problem);
  });
}

test('every problem has a page in the runbook, and every page is of a problem', () => {
  const pages = readdirSync(`${root}docs/runbook`).filter((name) => name !== 'README.md');
  const expected = Object.keys(problemKinds).map((problem) => `${problem}.md`);
  assert.deepEqual(pages.toSorted(), expected.toSorted());
  for (const [problem, { title, fix }] of Object.entries(problemKinds)) {
    const text = readFileSync(`${root}docs/runbook/${problem}.md`, 'utf8');
    assert.ok(text.startsWith(`# ${title}\n`), `${problem}.md has the title`);
    for (const part of ['## Symptom', '## Cause', '## Type']) {
      assert.ok(text.includes(part), `${problem}.md: ${part}`);
    }
    const [command = ''] = fix.split(/ {2}#|;/);
    assert.ok(text.includes(command), `${problem}.md says to type: ${command}`);
  }
  assert.ok(existsSync(`${root}docs/runbook/README.md`));
});
