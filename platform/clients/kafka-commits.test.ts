import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeldCalls } from '../../test/support/held-calls.ts';
import { type Offsets, OffsetCommits } from './offset-commits.ts';

/** A consumer that is done with as much as `resolved` says; it commits when the test says so. */
function prepare() {
  const held = new HeldCalls<[resolved: number], void>();
  const state = { resolved: 1 };
  const offsets = {
    uncommittedOffsets: () => state.resolved,
    commitOffsetsIfNecessary: held.call,
  } as unknown as Offsets;
  const commits = new OffsetCommits();
  return { held, state, commits, request: () => commits.request(offsets) };
}

const settled = async (promise: Promise<unknown>): Promise<boolean> => {
  const later = new Promise((resolve) => setImmediate(resolve, 'later'));
  return (await Promise.race([promise, later])) !== 'later';
};

test('while one is under way the others wait for one that is of them all', async () => {
  const { held, state, request } = prepare();
  const first = request();
  state.resolved = 2;
  const others = [request(), request()];
  state.resolved = 3;
  assert.equal(held.begun.length, 1);
  (await held.nth(0)).succeed();
  await first;
  const { args, succeed } = await held.nth(1);
  assert.deepEqual(args, [3]);
  assert.equal(await settled(Promise.all(others)), false);
  succeed();
  await Promise.all(others);
  assert.equal(held.begun.length, 2);
});

test('a commit that fails fails nobody, and the next one is of the same', async () => {
  const { held, request } = prepare();
  const first = request();
  const second = request();
  (await held.nth(0)).fail(new Error('away'));
  await first;
  (await held.nth(1)).succeed();
  await second;
});

test('what has to leave now does not wait for the one under way', async () => {
  const { held, commits, request } = prepare();
  await commits.now();
  assert.equal(held.begun.length, 0, 'nothing was done yet');
  const first = request();
  const now = commits.now();
  assert.equal(held.begun.length, 2);
  for (const { succeed } of held.begun) succeed();
  await Promise.all([first, now]);
});
