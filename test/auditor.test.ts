// The auditor beside the real pipeline: it finds an entry that is wrong and says why, and it finds
// nothing where nothing is wrong.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type AuditorHealth, auditorHealth, plantOldEntry, waitForAudit } from './support/audit.ts';
import { eventually } from './support/eventually.ts';
import { connectKafka } from './support/kafka.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import type { RunningProcess } from './support/processes.ts';
import { suiteScope } from './support/scope.ts';

const countries = ['AUT', 'BGR', 'DEU', 'ROU', 'USA'];

async function addCities(pipeline: Pipeline): Promise<void> {
  const rows = countries.map((code) => `('Capital of ${code}', '${code}', 10)`);
  await pipeline.sql(`
    insert into city(name, countrycode, population)
    values ${rows.join(', ')}, ('Uncached', 'NOR', 1)`);
  await pipeline.waitUntilApplied();
}

/** Anybody may send it: the auditor looks at the code once the bound has passed. */
async function sendInvalidation(pipeline: Pipeline, code: string): Promise<void> {
  const producer = connectKafka().producer();
  await producer.connect();
  const value = `{"action":"invalidate_cache","code":"${code}"}`;
  const topic = pipeline.topic('city_updates');
  await producer.send({ topic, messages: [{ key: code, value }] });
  await producer.disconnect();
}

function countBypass({ audit }: AuditorHealth): number {
  return audit.city.inconclusive.bypass ?? 0;
}

describe('the auditor', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;

  before(async () => {
    pipeline = await startPipeline(scope);
    await addCities(pipeline);
  });

  /** A new one, which sees changes, trusts the cache and has found nothing yet. */
  async function startAuditor(): Promise<RunningProcess> {
    await pipeline.auditors.pop()?.stop();
    const auditor = pipeline.startAuditor();
    await eventually(
      async () => {
        await pipeline.sql(`update city set population = population + 1 where name = 'Uncached'`);
        const { status, audit } = await auditorHealth(auditor);
        // Only a message can name a code of which nothing is cached.
        const seesChanges = (audit.city.inconclusive.absent ?? 0) > 0;
        return (seesChanges && status === 'ok' && audit.city.bypass === null) || undefined;
      },
      { what: 'the auditor to work', timeoutMs: 90_000 },
    );
    return auditor;
  }

  test('finds nothing while changes and reads go on', async () => {
    const auditor = await startAuditor();
    const { status, audit, problems } = await eventually(
      async () => {
        await pipeline.sql('update city set population = population + 1');
        await Promise.all(countries.map((code) => pipeline.get(`/cities/${code}`)));
        const health = await auditorHealth(auditor);
        return health.audit.city.conclusive > 20 ? health : undefined;
      },
      { what: 'conclusions', timeoutMs: 120_000 },
    );
    assert.equal(audit.city.stale, 0);
    assert.deepEqual([status, problems], ['ok', []]);
    assert.equal(audit.city.stale_share_below, 3 / audit.city.conclusive);
  });

  test('looks at what has changed, also where nothing is cached', async () => {
    await startAuditor();
  });

  test('finds an old entry that has no right to be there, and says why', async () => {
    const auditor = await startAuditor();
    await pipeline.sql(`update city set population = 111 where countrycode = 'BGR'`);
    await pipeline.waitUntilApplied();
    await waitForAudit(auditor, 'trust', ({ audit }) => audit.city.bypass === null);
    await plantOldEntry(pipeline, 'BGR');

    const line = await auditor.waitForEvent('auditor.stale', {
      // It is found again and again; the message may reach the auditor after the first time.
      where: ({ last_change: change }) => change !== null,
      timeoutMs: 90_000,
    });
    assert.deepEqual([line.level, line.key], ['error', 'cities_BGR']);
    assert.deepEqual(line.cached, '[{"name":"Planted","population":1}]');
    assert.deepEqual(line.database, '[{"name":"Capital of BGR","population":111}]');
    const change = line.last_change as { topic: string; applied: boolean; committed_at: string };
    assert.equal(change.topic, pipeline.topic('city_updates'));
    assert.equal(change.applied, true, 'the cleaner says that it has deleted the entry');
    assert.ok(!Number.isNaN(Date.parse(change.committed_at)));
    const age = line.entry_age_ms as { min: number; max: number };
    assert.ok(age.min <= age.max);

    const { status, problems, last_finding: last } = await auditorHealth(auditor);
    assert.equal(status, 'degraded');
    assert.deepEqual(
      problems.map(({ problem }) => problem),
      ['stale-entry'],
    );
    assert.equal(last?.key, 'cities_BGR');
    const url = await auditor.url();
    assert.equal((await fetch(`${url}/readyz`)).status, 200, 'it does its work');
    const metrics = await (await fetch(`${url}/metrics`)).text();
    assert.match(metrics, /^cinesync_audit_comparisons_total\{.*"city".*"stale".*\} [1-9]/m);
    await pipeline.redis.command('DEL', 'cities_BGR');
  });

  test('concludes nothing while nobody is served the entries', async () => {
    const auditor = await startAuditor();
    await pipeline.listeners.pop()?.stop();
    await waitForAudit(auditor, 'distrust', ({ audit }) => audit.city.bypass === 'lag');
    const before = await auditorHealth(auditor);
    await sendInvalidation(pipeline, 'ROU');
    await plantOldEntry(pipeline, 'AUT');
    const { audit } = await waitForAudit(auditor, 'a look in vain', (health) => {
      return countBypass(health) > countBypass(before);
    });
    assert.equal(audit.city.stale, 0);
    // It is the distrust that keeps it silent: the entry is still there, and still wrong.
    pipeline.startListener();
    await waitForAudit(auditor, 'a finding', (health) => health.audit.city.stale > 0);
    await pipeline.redis.command('DEL', 'cities_AUT');
  });
});
