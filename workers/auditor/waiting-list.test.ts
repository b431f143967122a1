import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WaitingList } from './waiting-list.ts';

const create = () => new WaitingList<string>({ waitMs: 100, itemsMax: 2 });

test('hands out what has waited long enough, first in, first out', () => {
  const list = create();
  list.add('a', 'first', 0);
  list.add('b', 'second', 10);
  assert.equal(list.takeDue(99), undefined);
  assert.equal(list.takeDue(105), 'first');
  assert.equal(list.takeDue(105), undefined);
  assert.equal(list.takeDue(110), 'second');
  assert.equal(list.takeDue(1000), undefined);
});

test('a key that comes again keeps its turn', () => {
  const list = create();
  list.add('a', 'first', 0);
  assert.equal(list.add('a', 'again', 90), true);
  assert.ok(list.has('a'));
  assert.equal(list.takeDue(100), 'first');
  assert.ok(!list.has('a'));
});

test('what comes while it is full is left out', () => {
  const list = create();
  list.add('a', 'first', 0);
  list.add('b', 'second', 0);
  assert.ok(list.isFull);
  assert.equal(list.add('c', 'third', 0), false);
  assert.ok(!list.has('c'));
});
