// Without Kafka there are no messages to tell what has changed: the auditor sweeps what is cached.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plantOldEntry, waitForAudit } from './support/audit.ts';
import { startPipeline } from './support/pipeline.ts';

test('without Kafka the auditor looks at what is cached, and at that alone', async (t) => {
  const pipeline = await startPipeline(t, {
    cleaners: 0,
    env: { ENABLE_KAFKA: 'false', KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1' },
  });
  await pipeline.sql(`insert into city(name, countrycode, population) values ('Cluj', 'ROU', 1)`);
  await pipeline.waitUntilApplied();
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
