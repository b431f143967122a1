// A reader that selected before a commit and stores after the invalidation must store nothing. The
// load is held open between its snapshot and its end; the DEL is what a cleaner would send.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Answer, type Pipeline, startPipeline } from './support/pipeline.ts';
import { installReadGate, type ReadGate } from './support/read-gate.ts';
import { suiteScope } from './support/scope.ts';

function dobric(population: number) {
  return [{ name: 'Dobric', population }];
}

describe('a fill that comes too late', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let gate: ReadGate;

  before(async () => {
    const env = { LEASE_MS: '30000', LEASE_WAIT_MS: '20000' };
    pipeline = await startPipeline(scope, { apis: 0, listeners: 0, cleaners: 0, env });
    gate = await installReadGate(pipeline.database);
    // The reads of the first two stop at the gate, those of the third do not.
    pipeline.startApi({ DATABASE_URL: gate.url });
    pipeline.startApi({ DATABASE_URL: gate.url });
    pipeline.startApi();
    await pipeline.waitUntilTrusted();
  });

  /** A country of its own for each test, and one reader that has taken its rows already. */
  async function startEarlyReader(code: string): Promise<{ early: Promise<Answer> }> {
    await pipeline.sql(`insert into city (name, countrycode, population)
                        values ('Dobric', '${code}', 111001)`);
    await gate.close();
    const early = pipeline.get(`/cities/${code}`, 0);
    await gate.waitForHeldReads(1);
    return { early };
  }

  async function commitAndInvalidate(code: string): Promise<void> {
    await pipeline.sql(`update city set population = 999999 where countrycode = '${code}'`);
    await pipeline.redis.command('DEL', `cities_${code}`);
  }

  async function assertCached(code: string, population: number): Promise<void> {
    for (const api of [0, 1, 2]) {
      const answer = await pipeline.get(`/cities/${code}`, api);
      assert.deepEqual(answer, { source: 'cache', data: dobric(population) });
    }
  }

  test('stores nothing', async () => {
    const { early } = await startEarlyReader('AAA');
    await commitAndInvalidate('AAA');
    await gate.open();
    assert.deepEqual(await early, { source: 'database', data: dobric(111_001) });
    assert.equal(await pipeline.entry('cities_AAA'), null);
    const next = await pipeline.get('/cities/AAA', 0);
    assert.deepEqual(next, { source: 'database', data: dobric(999_999) });
    await assertCached('AAA', 999_999);
  });

  test('is not handed to a reader of the same process that came later', async () => {
    const { early } = await startEarlyReader('BBB');
    await commitAndInvalidate('BBB');
    const late = pipeline.get('/cities/BBB', 0);
    await gate.waitForHeldReads(2);
    await gate.open();
    assert.deepEqual((await early).data, dobric(111_001));
    assert.deepEqual((await late).data, dobric(999_999));
    await assertCached('BBB', 999_999);
  });

  test('does not replace what another process has stored meanwhile', async () => {
    const { early } = await startEarlyReader('CCC');
    await commitAndInvalidate('CCC');
    assert.deepEqual((await pipeline.get('/cities/CCC', 2)).data, dobric(999_999));
    await gate.open();
    assert.deepEqual((await early).data, dobric(111_001));
    await assertCached('CCC', 999_999);
  });

  test('does not use the lease of another process that loads meanwhile', async () => {
    const { early } = await startEarlyReader('DDD');
    await commitAndInvalidate('DDD');
    const late = pipeline.get('/cities/DDD', 1);
    await gate.waitForHeldReads(2);
    await gate.open();
    assert.deepEqual((await early).data, dobric(111_001));
    assert.deepEqual((await late).data, dobric(999_999));
    await assertCached('DDD', 999_999);
  });

  test('stores nothing where no row was: a country whose first city is inserted', async () => {
    await gate.close();
    const early = pipeline.get('/cities/EEE', 0);
    await gate.waitForHeldReads(1);
    await pipeline.sql(`insert into city (name, countrycode, population)
                        values ('Dobric', 'EEE', 1)`);
    await pipeline.redis.command('DEL', 'cities_EEE');
    await gate.open();
    assert.deepEqual((await early).data, []);
    assert.equal(await pipeline.entry('cities_EEE'), null);
  });

  test('is stored when nothing was invalidated: the control of the tests above', async () => {
    const { early } = await startEarlyReader('FFF');
    await gate.open();
    assert.deepEqual((await early).data, dobric(111_001));
    await assertCached('FFF', 111_001);
  });
});
