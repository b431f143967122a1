import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './eventually.ts';

test('gives the first value that is there', async () => {
  let tries = 0;
  const attempt = (): number | undefined => (++tries < 3 ? undefined : tries);
  assert.equal(await eventually(attempt, { what: 'three tries' }), 3);
});

test('takes an attempt that throws for "not yet"', async () => {
  let tries = 0;
  const attempt = async (): Promise<string> => {
    tries += 1;
    if (tries < 2) throw new Error('too early');
    return 'there';
  };
  assert.equal(await eventually(attempt, { what: 'the second try' }), 'there');
});

test('says what it waited for, and why the last attempt failed', async () => {
  const cause = new Error('still closed');
  const waiting = eventually(() => Promise.reject(cause), {
    what: 'the door to open',
    timeoutMs: 5,
  });
  await assert.rejects(waiting, { message: 'waited 5 ms in vain for the door to open', cause });
});
