// A crowd that misses the same entry costs the database one statement, not one each.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { installReadGate, type ReadGate } from './support/read-gate.ts';
import { sendPipelined } from './support/raw-http.ts';
import { suiteScope } from './support/scope.ts';

describe('200 concurrent misses of one code', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let gate: ReadGate;

  before(async () => {
    const env = { LEASE_MS: '30000', LEASE_WAIT_MS: '20000' };
    pipeline = await startPipeline(scope, { apis: 0, listeners: 0, cleaners: 0, env });
    gate = await installReadGate(pipeline.database);
    await pipeline.sql(`insert into city values (1, 'Dobric', 'BGR', 111001)`);
    const url = { DATABASE_URL: gate.url };
    pipeline.startApi(url);
    pipeline.startApi(url);
    pipeline.startApi({ ...url, ENABLE_CACHE: 'false' });
    await pipeline.waitUntilTrusted();
  });

  /** The statements that one crowd costs; undefined when some of it went around the cache. */
  async function countStatements(): Promise<number | undefined> {
    const urls = await Promise.all(pipeline.apis.slice(0, 2).map((api) => api.url()));
    await pipeline.redis.command('DEL', 'cities_BGR');
    const earlier = await gate.countReads();
    await gate.close();
    const readers = Array.from({ length: 200 }, (_, index) => {
      return fetch(`${urls[index % urls.length]}/cities/BGR`);
    });
    await gate.waitForHeldReads(1);
    await gate.open();
    const responses = await Promise.all(readers);
    for (const response of responses) {
      const { data } = (await response.json()) as { data: unknown };
      assert.deepEqual(data, [{ name: 'Dobric', population: 111_001 }]);
    }
    const statements = (await gate.countReads()) - earlier;
    const isTrusted = responses.every(
      ({ headers }) => headers.get('cache-status')?.includes('bypass') === false,
    );
    return isTrusted ? statements : undefined;
  }

  test('over two processes are at most two statements', async () => {
    // A starved machine may doubt the cache for a moment; such a round shows nothing.
    const statements = await eventually(countStatements, { what: 'a round through the cache' });
    assert.ok(statements >= 1 && statements <= 2, `${statements} statements`);
  });

  test('is one statement even without the cache, begun after its readers came', async () => {
    const url = (await pipeline.apis[2]?.url()) ?? '';
    const earlier = await gate.countReads();
    await gate.close();
    const first = pipeline.get('/cities/BGR', 2);
    await gate.waitForHeldReads(1);
    await pipeline.sql('update city set population = 999999');
    const crowd = await sendPipelined(url, '/cities/BGR', 200);
    await gate.open();
    assert.deepEqual((await first).data, [{ name: 'Dobric', population: 111_001 }]);
    const answers = (await crowd.received).match(/\{"source".*\}/g) ?? [];
    assert.equal(answers.length, 200);
    for (const answer of answers) {
      const { data } = JSON.parse(answer) as { data: unknown };
      assert.deepEqual(data, [{ name: 'Dobric', population: 999_999 }]);
    }
    assert.equal((await gate.countReads()) - earlier, 2);
  });
});
