// Every connection over which rows are loaded is taken: what the API must know of the database
// reaches it all the same, so that a busy database does not look like an old cache.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { startPipeline } from '../support/pipeline.ts';
import { installReadGate } from '../support/read-gate.ts';

const loadConnections = 10;
const codes = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF', 'GGG', 'HHH', 'III', 'JJJ', 'KKK', 'LLL'];

test('loads that take every connection do not keep the API from asking for the time', async (t) => {
  const pipeline = await startPipeline(t, { apis: 0, listeners: 0, cleaners: 0 });
  const gate = await installReadGate(pipeline.database);
  const api = pipeline.startApi({ DATABASE_URL: gate.url, LEASE_MS: '60000' });
  await pipeline.waitUntilTrusted();
  await gate.close();
  const reads = codes.map((code) => pipeline.get(`/cities/${code}`));
  await gate.waitForHeldReads(loadConnections);
  await eventually(
    async () => (await pipeline.health(api)).checks.postgres?.status === 'up' || undefined,
    { what: 'Postgres to be up in /health while every load waits', timeoutMs: 40_000 },
  );
  await gate.open();
  for (const { source } of await Promise.all(reads)) {
    assert.equal(source, 'database');
  }
});
