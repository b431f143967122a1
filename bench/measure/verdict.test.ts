import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Goal, judge } from './verdict.ts';

const verdict = (values: number[], goal?: Goal) =>
  judge({ name: 'a figure', unit: 'ratio', values, ...(goal && { goal }) }).verdict;

test('a goal is met when the middle half of the rounds meets it', () => {
  assert.equal(verdict([1.0, 1.1, 1.2], { atMost: 1.25 }), 'met');
  assert.equal(verdict([3, 4, 5], { atLeast: 3 }), 'met');
  assert.equal(verdict([1, 1, 1, 1, 9], { atMost: 1.25 }), 'met', 'one round does not decide');
});

test('a goal is not met when the middle half of the rounds misses it', () => {
  assert.equal(verdict([1.3, 1.4, 1.5], { atMost: 1.25 }), 'not met');
  assert.equal(verdict([0.5, 0.6, 0.7], { atLeast: 0.75 }), 'not met');
});

test('rounds on both sides of a goal have not measured it, wherever their median lies', () => {
  assert.equal(verdict([0.5, 0.8, 1.1], { atLeast: 0.75 }), 'not measured');
  assert.equal(verdict([1.0, 1.2, 2.0], { atMost: 1.25 }), 'not measured');
});

test('a figure without a goal is only reported', () => {
  assert.equal(verdict([1, 2, 3]), 'reported');
});
