import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shuffle } from './shuffle.ts';

const items = Array.from({ length: 30 }, (_, index) => index);

test('keeps every item, and leaves the list itself alone', () => {
  const shuffled = shuffle(items, 7);
  assert.deepEqual(
    shuffled.toSorted((a, b) => a - b),
    items,
  );
  assert.deepEqual(items[0], 0);
});

test('the same seed gives the same order, another gives another', () => {
  assert.deepEqual(shuffle(items, 7), shuffle(items, 7));
  assert.notDeepEqual(shuffle(items, 7), shuffle(items, 8));
  assert.notDeepEqual(shuffle(items, 7), items);
});
