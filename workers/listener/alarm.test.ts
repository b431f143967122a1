import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Alarm } from './alarm.ts';

/** An alarm whose time passes only when the test says so. */
function prepare(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const alarm = new Alarm();
  const wait = (timeMs: number) => {
    const waiting = { over: false, ended: Promise.resolve() };
    waiting.ended = alarm.wait(timeMs).then(() => void (waiting.over = true));
    return waiting;
  };
  return { alarm, wait, clock: t.mock.timers };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a wait lasts its time when nobody rings', async (t) => {
  const { wait, clock } = prepare(t);
  const waiting = wait(100);
  clock.tick(99);
  await settle();
  assert.equal(waiting.over, false);
  clock.tick(1);
  await waiting.ended;
});

test('a ring ends a wait at once', async (t) => {
  const { alarm, wait } = prepare(t);
  const waiting = wait(100);
  alarm.ring();
  await waiting.ended;
});

test('a ring between the look and the wait is not slept through', async (t) => {
  const { alarm, wait } = prepare(t);
  alarm.reset();
  alarm.ring();
  await wait(100).ended;
  await wait(100).ended;
});

test('a reset forgets the ring, and the next wait lasts its time again', async (t) => {
  const { alarm, wait, clock } = prepare(t);
  alarm.ring();
  alarm.reset();
  const waiting = wait(100);
  await settle();
  assert.equal(waiting.over, false);
  clock.tick(100);
  await waiting.ended;
});

test('a wait for no time, or less, does not wait', async (t) => {
  const { wait } = prepare(t);
  await wait(0).ended;
  await wait(-5).ended;
});

test('a wait that was rung leaves no timer behind', async (t) => {
  const { alarm } = prepare(t);
  const cleared = t.mock.method(globalThis, 'clearTimeout');
  const waiting = alarm.wait(100);
  alarm.ring();
  await waiting;
  assert.equal(cleared.mock.callCount(), 1);
});
