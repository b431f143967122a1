// What /health tells, with the whole pipeline running and without it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cachedResources } from '../contract/resources.ts';
import { createBucket } from './support/bucket.ts';
import { eventually } from './support/eventually.ts';
import { startPipeline } from './support/pipeline.ts';
import { reverseScope } from './support/scope.ts';

interface Health {
  status: string;
  uptime_s: number;
  checks: Record<string, { status: string; latency_ms: number; [detail: string]: unknown }>;
  resources: Record<string, { lag_ms: number | null; bound_ms: number; bypass: string | null }>;
}

async function readHealth(url: string): Promise<Health> {
  return (await (await fetch(`${url}/api/v1/health`)).json()) as Health;
}

describe('GET /health', () => {
  test('names every server and how far the cache lags behind', async (t) => {
    const scope = reverseScope(t);
    const bucket = await createBucket(scope);
    const env = { S3_BUCKET: bucket.name, STALENESS_BOUND_MS: '4321' };
    const pipeline = await startPipeline(scope, { env });
    const url = (await pipeline.apis[0]?.url()) ?? '';
    const health = await eventually(
      async () => {
        const answer = await readHealth(url);
        return answer.status === 'ok' ? answer : undefined;
      },
      { what: '/health to be ok' },
    );
    assert.deepEqual(Object.keys(health.checks).toSorted(), [
      'kafka',
      'object_store',
      'postgres',
      'redis',
    ]);
    for (const { status, latency_ms } of Object.values(health.checks)) {
      assert.equal(status, 'up');
      assert.ok(latency_ms >= 0);
    }
    assert.ok(Number.isInteger(health.uptime_s));
    for (const { name } of cachedResources) {
      const { lag_ms = null, ...rest } = health.resources[name] ?? {};
      assert.ok(lag_ms !== null && lag_ms >= 0 && lag_ms < 60_000, `${name} lags ${lag_ms} ms`);
      assert.deepEqual(rest, { bound_ms: 4321, bypass: null });
    }

    // Without heartbeats the lag grows; that it passes any value shows that it is measured.
    await pipeline.listeners[0]?.stop();
    await eventually(
      async () => (((await readHealth(url)).resources.city?.lag_ms ?? 0) > 1500 ? true : undefined),
      { what: 'the lag to grow' },
    );
  });

  test('does not know the lag of a pipeline that never ran', async (t) => {
    const pipeline = await startPipeline(t, { listeners: 0, cleaners: 0, trusted: false });
    const url = (await pipeline.apis[0]?.url()) ?? '';
    const city = await eventually(
      async () => {
        const { resources } = await readHealth(url);
        return resources.city?.bypass === 'position' ? resources.city : undefined;
      },
      { what: 'the API to have looked' },
    );
    assert.deepEqual(city, { lag_ms: null, bound_ms: 5000, bypass: 'position' });
  });

  test('names a bucket that does not exist, and what to type', async (t) => {
    const env = { S3_BUCKET: 'test-that-nobody-made' };
    const pipeline = await startPipeline(t, { listeners: 0, cleaners: 0, env });
    const { checks, status } = await readHealth((await pipeline.apis[0]?.url()) ?? '');
    assert.equal(status, 'degraded');
    assert.match(String(checks.object_store?.error), /test-that-nobody-made.*npm run seed/);
  });
});
