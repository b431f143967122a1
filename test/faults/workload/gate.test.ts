// Who closes the gate is alone once it is empty.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gate } from './gate.ts';

/** A piece of work that ends when it is told to. */
function createWork() {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { run: () => ended, end: () => end() };
}

/** Lets everything happen that can happen by itself. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(() => resolve()));

test('a closed gate is empty once those inside have left, and lets nobody in', async () => {
  const gate = new Gate();
  const inside = createWork();
  const passing = gate.pass(inside.run);
  const closure = await gate.close();
  const seen: string[] = [];
  void closure.empty.then(() => seen.push('empty'));
  const late = gate.pass(async () => void seen.push('late'));
  await settle();
  assert.deepEqual(seen, []);
  inside.end();
  await passing;
  await settle();
  assert.deepEqual(seen, ['empty']);
  closure.open();
  await late;
  assert.deepEqual(seen, ['empty', 'late']);
});

test('one at a time closes it', async () => {
  const gate = new Gate();
  const first = await gate.close();
  await first.empty;
  let isSecond = false;
  const closing = gate.close().then((closure) => {
    isSecond = true;
    return closure;
  });
  await settle();
  assert.equal(isSecond, false);
  first.open();
  const second = await closing;
  await second.empty;
  second.open();
  await gate.pass(async () => undefined);
});
