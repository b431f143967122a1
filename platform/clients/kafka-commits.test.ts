import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeldCalls } from '../../test/support/held-calls.ts';
import { type Offsets, OffsetCommits } from './kafka-commits.ts';

/** A consumer that is done with as much as `resolved` says; it commits when the test says so. */
function prepare() {
  const held = new HeldCalls<[resolved: number], void>();
  const state = { resolved: 1 };
  const offsets = {
    uncommittedOffsets: () => state.resolved,
    commitOffsetsIfNecessary: held.call,
  } as unknown as Offsets;
  const told: string[] = [];
  const commits = new OffsetCommits({
    onFailing: (reason) => told.push(`failing: ${reason}`),
    onResumed: () => told.push('resumed'),
  });
  return { held, state, commits, offsets, told, request: () => commits.request(offsets) };
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

test('offsets that can not even be read fail nobody, and the next ones are committed', async () => {
  const { held, commits, offsets, request } = prepare();
  const gone = {
    ...offsets,
    uncommittedOffsets: () => {
      throw new TypeError('no such topic any more');
    },
  };
  await commits.request(gone);
  await commits.now();
  const next = request();
  (await held.nth(0)).succeed();
  await next;
});

test('what a consumer was done with before its crash is not committed after it', async () => {
  const { held, commits, request } = prepare();
  const first = request();
  (await held.nth(0)).succeed();
  await first;
  commits.forget();
  await commits.now();
  assert.equal(held.begun.length, 1);
});

test('commits that fail again and again are told once, and so is that they go on', async () => {
  const { held, told, request } = prepare();
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const failing = request();
    (await held.nth(attempt)).fail(new Error('not enough replicas'));
    await failing;
    assert.deepEqual(told, attempt < 2 ? [] : ['failing: not enough replicas']);
  }
  for (const attempt of [5, 6]) {
    const going = request();
    (await held.nth(attempt)).succeed();
    await going;
  }
  assert.deepEqual(told, ['failing: not enough replicas', 'resumed']);
});
