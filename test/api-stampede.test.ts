// A crowd that misses the same entry costs the database one statement, not one each.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { installReadGate, type ReadGate } from './support/read-gate.ts';
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

  async function crowd(path: string, apis: readonly number[]): Promise<unknown[]> {
    const readers = Array.from({ length: 200 }, async (_, index) => {
      return (await pipeline.get(path, apis[index % apis.length])).data;
    });
    return await Promise.all(readers);
  }

  test('over two processes are at most two statements', async () => {
    const earlier = await gate.countReads();
    await gate.close();
    const answers = crowd('/cities/BGR', [0, 1]);
    await gate.waitForHeldReads(1);
    await gate.open();
    for (const data of await answers) {
      assert.deepEqual(data, [{ name: 'Dobric', population: 111_001 }]);
    }
    const statements = (await gate.countReads()) - earlier;
    assert.ok(statements >= 1 && statements <= 2, `${statements} statements`);
  });

  test('are few statements even without the cache, none begun before its reader came', async () => {
    const earlier = await gate.countReads();
    await gate.close();
    const first = pipeline.get('/cities/BGR', 2);
    await gate.waitForHeldReads(1);
    await pipeline.sql('update city set population = 999999');
    const answers = crowd('/cities/BGR', [2]);
    await gate.open();
    assert.deepEqual((await first).data, [{ name: 'Dobric', population: 111_001 }]);
    for (const data of await answers) {
      assert.deepEqual(data, [{ name: 'Dobric', population: 999_999 }]);
    }
    const statements = (await gate.countReads()) - earlier;
    assert.ok(statements <= 100, `${statements} statements for 201 readers`);
  });
});
