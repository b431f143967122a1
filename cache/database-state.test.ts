// The clock of the database against ours, with a clock that the test moves.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DatabaseStateReader } from './database-state.ts';

/** A database whose clock says 10,000 and whose replies take some time of ours. */
function prepare(t: TestContext, incarnation: string | null = 'one') {
  const replies = { tookMs: 0 };
  let nowMs = 1000;
  t.mock.method(performance, 'now', () => nowMs);
  const reader = new DatabaseStateReader({
    query: async () => {
      nowMs += replies.tookMs;
      return [{ now_ms: '10000', incarnation }];
    },
    renew: () => undefined,
  });
  return { reader, replies };
}

test('nothing is known before the first reply', (t) => {
  assert.equal(prepare(t).reader.latest, null);
});

test('the clock is compared from when the question was sent', async (t) => {
  const { reader, replies } = prepare(t);
  replies.tookMs = 400;
  await reader.read();
  assert.deepEqual(reader.latest, { clockOffsetMs: 9000, incarnation: 'one' });
});

test('a reply that took too long is not used', async (t) => {
  const { reader, replies } = prepare(t);
  replies.tookMs = 501;
  await reader.read();
  assert.equal(reader.latest, null);
});

test('a database that has forgotten its incarnation says so', async (t) => {
  const { reader } = prepare(t, null);
  await reader.read();
  assert.deepEqual(reader.latest, { clockOffsetMs: 9000, incarnation: null });
});
