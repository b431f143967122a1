import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { RowRate } from './row-rate.ts';

/** A rate, and a clock that moves only when it is told to. */
function prepare(t: TestContext) {
  let nowMs = 1000;
  t.mock.method(performance, 'now', () => nowMs);
  return { rate: new RowRate(), pass: (timeMs: number) => (nowMs += timeMs) };
}

test('no rows are not frequent, nor are fifty a second', (t) => {
  const { rate, pass } = prepare(t);
  assert.equal(rate.isFrequent, false);
  for (let second = 0; second < 10; second += 1) {
    for (let row = 0; row < 50; row += 1) {
      pass(20);
      rate.add(1);
      assert.equal(rate.isFrequent, false);
    }
  }
});

test('what ringing lets through on a slow disk is frequent, until it ceases', (t) => {
  const { rate, pass } = prepare(t);
  for (let read = 0; read < 100; read += 1) {
    pass(5);
    rate.add(1);
  }
  assert.equal(rate.isFrequent, true);
  pass(500);
  rate.add(0);
  assert.equal(rate.isFrequent, false);
});

test('one large read is frequent for a moment only', (t) => {
  const { rate, pass } = prepare(t);
  rate.add(100);
  assert.equal(rate.isFrequent, true);
  pass(300);
  rate.add(0);
  assert.equal(rate.isFrequent, false);
});
