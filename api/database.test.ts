import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransientError } from '../platform/errors.ts';
import { BoundedDatabase } from './database.ts';

function createHeldPool() {
  const waiting: (() => void)[] = [];
  return {
    query: async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return [];
    },
    transaction: async () => assert.fail('no transaction was asked for'),
    releaseOne: () => waiting.shift()?.(),
  };
}

test('statements beyond the limit are turned away until one has ended', async () => {
  const pool = createHeldPool();
  const database = new BoundedDatabase({ pool, statementsMax: 2 });
  const first = database.query({ text: 'select 1' });
  const second = database.query({ text: 'select 2' });
  await assert.rejects(database.query({ text: 'select 3' }), TransientError);
  pool.releaseOne();
  await first;
  const third = database.query({ text: 'select 3' });
  pool.releaseOne();
  pool.releaseOne();
  assert.deepEqual(await Promise.all([second, third]), [[], []]);
});

test('a statement that fails makes room as well', async () => {
  let failures = 0;
  const pool = {
    query: async () => {
      failures += 1;
      throw new TransientError('postgres_unreachable', 'away');
    },
    transaction: async () => assert.fail('no transaction was asked for'),
  };
  const database = new BoundedDatabase({ pool, statementsMax: 1 });
  for (let time = 1; time <= 3; time += 1) {
    await assert.rejects(database.query({ text: 'select 1' }), { code: 'postgres_unreachable' });
    assert.equal(failures, time);
  }
});
