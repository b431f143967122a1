import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from './pace.ts';

test('turns are evenly spread, however fast they are asked for', () => {
  const pace = new Pace(10);
  assert.deepEqual([pace.takeTurn(1000), pace.takeTurn(1000), pace.takeTurn(1150)], [0, 100, 50]);
});

test('turns that nobody took are not made up for', () => {
  const pace = new Pace(10);
  pace.takeTurn(1000);
  assert.deepEqual([pace.takeTurn(9000), pace.takeTurn(9000)], [0, 100]);
});

test('0 a second means no limit', () => {
  const pace = new Pace(0);
  assert.deepEqual([pace.takeTurn(5), pace.takeTurn(5), pace.takeTurn(5)], [0, 0, 0]);
});
