import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { cachedResource } from '../contract/resources.ts';
import { DatabaseReader } from './database-reader.ts';
import type { Loaded } from './guarded-load.ts';
import { createCacheMetrics } from './metrics.ts';

test('every answer comes from the database, and is counted', async () => {
  const registry = new Registry();
  const reader = new DatabaseReader({
    resource: cachedResource('city'),
    load: async (code) => ({ text: `["${code}"]`, incarnation: null }),
    metrics: createCacheMetrics(registry),
  });
  for (let time = 0; time < 2; time += 1) {
    const { source, text, status, stale } = await reader.read('BGR');
    assert.deepEqual([source, text, stale], ['database', '["BGR"]', false]);
    assert.equal(status, 'CineSync; fwd=bypass; detail=off');
  }
  assert.match(await registry.metrics(), /reads_total\{resource="city",outcome="bypass"\} 2/);
});

test('readers join a load only if it starts after they came', async () => {
  const loads: ((loaded: Loaded) => void)[] = [];
  const reader = new DatabaseReader({
    resource: cachedResource('city'),
    load: async () => new Promise((resolve) => loads.push(resolve)),
    metrics: createCacheMetrics(new Registry()),
  });
  const first = reader.read('BGR');
  const crowd = [reader.read('BGR'), reader.read('BGR'), reader.read('BGR')];
  assert.equal(loads.length, 1);
  loads[0]?.({ text: '[1]', incarnation: null });
  assert.equal((await first).text, '[1]');
  await new Promise(setImmediate);
  assert.equal(loads.length, 2);
  loads[1]?.({ text: '[2]', incarnation: null });
  assert.deepEqual(
    (await Promise.all(crowd)).map(({ text }) => text),
    ['[2]', '[2]', '[2]'],
  );
});
