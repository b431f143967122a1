// When Redis is believed to tell what changes, and what is told when it is not.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLogger } from '../platform/logger.ts';
import { eventually } from '../test/support/eventually.ts';
import { type Positions, positionKey } from './position.ts';
import { Tracking } from './tracking.ts';

/** Positions whose one partition has come so far. */
function positions(next: number): Positions {
  return new Map([['city_updates', new Map([[0, { next: String(next), heartbeat: null }]])]]);
}

function prepare() {
  let invalidate: (key: string | null) => void = () => undefined;
  let end: () => void = () => undefined;
  const tracking = new Tracking({
    redis: {
      onInvalidated: (listener) => void (invalidate = listener),
      onBreak: (listener) => void (end = listener),
    },
    logger: createLogger({ process: 'test', level: 'silent' }),
  });
  const told: (string | null)[] = [];
  tracking.onChange((key) => told.push(key));
  const poll = (next: number) => tracking.polled(tracking.told, positions(next));
  return {
    tracking,
    told,
    poll,
    invalidate: (key: string | null) => invalidate(key),
    end: () => end(),
    prove: () => {
      poll(1);
      invalidate(positionKey);
      poll(2);
      told.length = 0;
    },
  };
}

describe('that Redis tells what changes', () => {
  test('is believed once a change of the positions was told', () => {
    const { tracking, poll, invalidate } = prepare();
    poll(1);
    poll(1);
    assert.equal(tracking.isProven, false);
    invalidate(positionKey);
    poll(2);
    assert.equal(tracking.isProven, true);
  });

  test('is not believed because some other key was told of', () => {
    const { tracking, poll, invalidate } = prepare();
    poll(1);
    invalidate('cities_BGR');
    poll(2);
    assert.equal(tracking.isProven, false);
  });

  test('is neither believed nor doubted because everything may have changed', () => {
    const { tracking, poll, invalidate, prove } = prepare();
    poll(1);
    invalidate(null);
    poll(2);
    assert.equal(tracking.isProven, false);
    prove();
    invalidate(null);
    poll(3);
    assert.equal(tracking.isProven, true);
  });

  test('is not believed any more after a change that was not told', () => {
    const { tracking, poll, prove, told } = prepare();
    prove();
    poll(3);
    assert.equal(tracking.isProven, false);
    assert.deepEqual(told, [null], 'anything may have changed');
  });

  test('is told apart from a change that came while the poll before was under way', () => {
    const { tracking, invalidate } = prepare();
    const toldBefore = tracking.told;
    invalidate(positionKey);
    tracking.polled(toldBefore, positions(1));
    tracking.polled(tracking.told, positions(2));
    assert.equal(tracking.isProven, true);
  });

  test('has to be shown again on every connection', () => {
    const { tracking, poll, invalidate, prove, end, told } = prepare();
    prove();
    end();
    assert.equal(tracking.isProven, false);
    assert.deepEqual(told, [null]);
    poll(3);
    assert.equal(tracking.isProven, false, 'nothing to compare with on this connection');
    invalidate(positionKey);
    poll(4);
    assert.equal(tracking.isProven, true);
  });
});

describe('a key that is watched', () => {
  test('wakes who waits for it, and no other key does', async () => {
    const { tracking, invalidate } = prepare();
    const watch = tracking.watch('cities_BGR');
    let isAwake = false;
    const waiting = watch.changed(60_000).then(() => void (isAwake = true));
    invalidate('cities_ROU');
    await new Promise(setImmediate);
    assert.equal(isAwake, false);
    invalidate('cities_BGR');
    await waiting;
    assert.equal(watch.isChanged, true);
  });

  test('has changed at once for who begins to wait after it was told', async () => {
    const { tracking, invalidate } = prepare();
    const watch = tracking.watch('cities_BGR');
    invalidate('cities_BGR');
    await watch.changed(60_000);
  });

  test('may have changed when the connection ends', async () => {
    const { tracking, end } = prepare();
    const watch = tracking.watch('cities_BGR');
    const waiting = watch.changed(60_000);
    end();
    await waiting;
    assert.equal(watch.isChanged, true);
  });

  test('is waited for no longer than was said', async () => {
    const { tracking } = prepare();
    const watch = tracking.watch('cities_BGR');
    await watch.changed(1);
    assert.equal(watch.isChanged, false);
  });

  test('is forgotten when the last who shares it lets go', async () => {
    const { tracking, invalidate } = prepare();
    const watch = tracking.watch('cities_BGR');
    const other = tracking.watch('cities_BGR');
    watch.hold();
    watch.release();
    other.release();
    invalidate('cities_BGR');
    assert.deepEqual([watch.isChanged, other.isChanged], [true, false]);
    watch.release();
    await eventually(() => watch.isChanged || undefined, { what: 'nothing more' });
  });
});
