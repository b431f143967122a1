// What every process counts: by the conventions of Prometheus, in the table of the documents, and
// known by that name to whoever asks for it on the dashboard or in an alert.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { alerts } from './support/alert-rules.ts';
import { startPipeline } from './support/pipeline.ts';
import type { RunningProcess } from './support/processes.ts';
import { suiteScope } from './support/scope.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

interface Metric {
  name: string;
  help: string;
  type: string;
  processes: string[];
}

describe('the metrics of all processes', () => {
  const scope = suiteScope();
  const metrics = new Map<string, Metric>();

  before(async () => {
    const pipeline = await startPipeline(scope);
    pipeline.startAuditor({ DOCTOR_INTERVAL_SECONDS: '1' });
    const { apis, listeners, cleaners, auditors } = pipeline;
    await collect('api', apis);
    await collect('listener', listeners);
    await collect('cleaner', cleaners);
    await collect('auditor', auditors);
  });

  async function collect(name: string, [running]: RunningProcess[]): Promise<void> {
    const text = await (await fetch(`${await running?.url()}/metrics`)).text();
    const types = new Map(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, metric = '', type = '']) => [
        metric,
        type,
      ]),
    );
    for (const [, metric = '', help = ''] of text.matchAll(/^# HELP (\S+) (.*)$/gm)) {
      const type = types.get(metric) ?? '';
      const known = metrics.get(metric) ?? { name: metric, help, type, processes: [] };
      assert.equal(known.help, help, `${metric} means the same everywhere`);
      known.processes.push(name);
      metrics.set(metric, known);
    }
  }

  const ours = () => [...metrics.values()].filter(({ name }) => name.startsWith('cinesync_'));

  test('are named by the conventions: a prefix, base units last, counters end in _total', () => {
    assert.ok(ours().length > 10);
    for (const { name, help, type } of metrics.values()) {
      assert.match(name, /^(cinesync|process|nodejs)_[a-z0-9_]+$/);
      assert.ok(help.length > 0 || !name.startsWith('cinesync_'), name);
      if (name.startsWith('cinesync_')) {
        assert.equal(name.endsWith('_total'), type === 'counter', `${name} is a ${type}`);
        assert.doesNotMatch(name, /_(ms|millis|milliseconds|minutes|hours|kb|mb|percent)\b/, name);
        assert.ok(type !== 'histogram' || /_(seconds|bytes)$/.test(name), `${name} has a unit`);
      }
    }
  });

  test('are in the table of the documents, which is made from them', () => {
    const file = `${root}docs/metrics.md`;
    if (process.env.UPDATE_DOCS === 'true') {
      writeFileSync(file, renderTable(ours()));
    }
    assert.equal(readFileSync(file, 'utf8'), renderTable(ours()));
  });

  test('exist under the names that the dashboard and the alerts ask for', () => {
    const text = readFileSync(`${root}deploy/grafana/dashboard.json`, 'utf8');
    const { panels } = JSON.parse(text) as { panels: { targets: { expr: string }[] }[] };
    const asked = [
      ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ...alerts.map(({ expression }) => expression),
    ];
    assert.ok(asked.length > 40);
    for (const expression of asked) {
      const named = expression.match(/\b(cinesync|process|nodejs)_\w+/g) ?? [];
      assert.ok(named.length > 0 || /\bup\{/.test(expression), expression);
      const unknown = named.filter(
        (name) => !metrics.has(name.replace(/_(bucket|sum|count)$/, '')),
      );
      assert.deepEqual(unknown, [], expression);
    }
  });
});

function renderTable(metrics: readonly Metric[]): string {
  const rows = metrics
    .toSorted((one, other) => one.name.localeCompare(other.name))
    .map(({ name, type, processes, help }) => {
      return `| \`${name}\` | ${type} | ${processes.join(', ')} | ${help} |`;
    });
  return `# Metrics

Every process answers \`/metrics\`: the API on \`PORT\`, a worker on \`HEALTH_PORT\`. A test makes
this table from what they answer, or compares it
(\`UPDATE_DOCS=true npm test -- test/metrics.test.ts\`). Each has the label \`process\`;
besides these there are the usual \`process_*\` and \`nodejs_*\`.

A scrape configuration and the alerts are in \`deploy/prometheus\`, a dashboard for Grafana is
\`deploy/grafana/dashboard.json\`. What the alerts mean: [runbook](runbook/README.md).

| metric | type | of | means |
|---|---|---|---|
${rows.join('\n')}
`;
}
