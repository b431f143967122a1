// The auditor beside the real pipeline: it finds an entry that is wrong and says why, and it finds
// nothing where nothing is wrong.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { auditorHealth, waitForAudit } from './support/audit.ts';
import { eventually } from './support/eventually.ts';
import { connectKafka } from './support/kafka.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import type { RunningProcess } from './support/processes.ts';
import { suiteScope } from './support/scope.ts';

const countries = ['AUT', 'BGR', 'DEU', 'ROU', 'USA'];

/** What an API could have stored before a change whose DEL was lost. */
async function plantOldEntry(pipeline: Pipeline, code: string): Promise<void> {
  const old = `[{"name":"Planted","population":1}]`;
  await pipeline.redis.command('SET', `cities_${code}`, old, 'PX', '300000');
}

async function addCities(pipeline: Pipeline): Promise<void> {
  const rows = countries.map((code) => `('Capital of ${code}', '${code}', 10)`);
  await pipeline.sql(`insert into city(name, countrycode, population) values ${rows.join(', ')}`);
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

describe('the auditor', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;

  before(async () => {
    pipeline = await startPipeline(scope, { env: { STALENESS_BOUND_MS: '2000' } });
    await addCities(pipeline);
  });

  /** A new one, which trusts the cache and has found nothing yet. */
  async function startAuditor(): Promise<RunningProcess> {
    await pipeline.auditors.pop()?.stop();
    const auditor = pipeline.startAuditor();
    await waitForAudit(auditor, 'trust', ({ status, audit }) => {
      return status === 'ok' && audit.city.bypass === null;
    });
    return auditor;
  }

  test('finds nothing while changes and reads go on', async () => {
    const auditor = await startAuditor();
    const { status, audit, problems } = await eventually(
      async () => {
        await pipeline.sql('update city set population = population + 1');
        await Promise.all(countries.map((code) => pipeline.get(`/cities/${code}`)));
        const health = await auditorHealth(auditor);
        return health.audit.city.conclusive > 50 ? health : undefined;
      },
      { what: 'conclusions', timeoutMs: 60_000 },
    );
    assert.equal(audit.city.stale, 0);
    assert.deepEqual([status, problems], ['ok', []]);
    assert.equal(audit.city.stale_share_below, 3 / audit.city.conclusive);
  });

  test('looks at what has changed, also where nothing is cached', async () => {
    const auditor = await startAuditor();
    await pipeline.sql(`insert into city(name, countrycode, population) values ('Oslo', 'NOR', 1)`);
    await waitForAudit(auditor, 'a look at a code that only a message can name', ({ audit }) => {
      return (audit.city.inconclusive.absent ?? 0) > 0;
    });
  });

  test('finds an old entry that has no right to be there, and says why', async () => {
    const auditor = await startAuditor();
    await pipeline.sql(`update city set population = 111 where countrycode = 'BGR'`);
    await pipeline.waitUntilApplied();
    await waitForAudit(auditor, 'trust', ({ audit }) => audit.city.bypass === null);
    await plantOldEntry(pipeline, 'BGR');

    const line = await auditor.waitForEvent('auditor.stale', { timeoutMs: 60_000 });
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
    assert.match(problems.join(), /^city: /);
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
    await sendInvalidation(pipeline, 'ROU');
    await plantOldEntry(pipeline, 'AUT');
    const { audit } = await waitForAudit(auditor, 'a look in vain', (health) => {
      return (health.audit.city.inconclusive.bypass ?? 0) > 0;
    });
    assert.equal(audit.city.stale, 0);
    // It is the distrust that keeps it silent: the entry is still there, and still wrong.
    pipeline.startListener();
    await waitForAudit(auditor, 'a finding', (health) => health.audit.city.stale > 0);
    await pipeline.redis.command('DEL', 'cities_AUT');
  });
});

test('without Kafka the auditor looks at what is cached, and at that alone', async (t) => {
  const pipeline = await startPipeline(t, {
    cleaners: 0,
    env: {
      ENABLE_KAFKA: 'false',
      KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1',
      STALENESS_BOUND_MS: '2000',
    },
  });
  await addCities(pipeline);
  const auditor = pipeline.startAuditor();
  await pipeline.warm('/cities/ROU');
  const { checks, samples } = await waitForAudit(auditor, 'a conclusion', ({ status, audit }) => {
    return status === 'ok' && audit.city.conclusive > 0;
  });
  assert.deepEqual(Object.keys(checks), ['postgres', 'redis']);
  assert.deepEqual(samples, ['keyspace']);
  await plantOldEntry(pipeline, 'ROU');
  const { last_finding: last } = await waitForAudit(auditor, 'a finding', ({ audit }) => {
    return audit.city.stale > 0;
  });
  assert.deepEqual([last?.key, last?.last_change], ['cities_ROU', null]);
});
