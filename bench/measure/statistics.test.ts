import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { median, quantile, ratios, summarize } from './statistics.ts';

describe('a quantile', () => {
  test('is a value where one lies there, whatever the order', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(quantile([4, 1, 3, 2, 5], 0), 1);
    assert.equal(quantile([4, 1, 3, 2, 5], 1), 5);
  });

  test('lies between its neighbours in proportion', () => {
    assert.equal(median([1, 2]), 1.5);
    assert.equal(quantile([10, 20, 30, 40, 50], 0.9), 46);
    assert.equal(quantile([7], 0.99), 7);
  });

  test('of nothing is an error, not a number', () => {
    assert.throws(() => median([]), { message: 'nothing was measured' });
  });

  test('takes numbers for numbers', () => {
    assert.equal(quantile([100, 20, 3], 1), 100);
  });
});

test('the summary holds the middle half and the ends', () => {
  assert.deepEqual(summarize([5, 1, 4, 2, 3]), {
    median: 3,
    low: 2,
    high: 4,
    min: 1,
    max: 5,
    rounds: 5,
  });
});

describe('ratios', () => {
  test('are made within a round: what slows both arms down cancels out', () => {
    assert.deepEqual(ratios([10, 5, 20], [20, 10, 40]), [0.5, 0.5, 0.5]);
  });

  test('of arms with unequal rounds are refused', () => {
    assert.throws(() => ratios([1, 2], [1]), { message: '2 rounds of one arm, 1 of the other' });
  });
});
