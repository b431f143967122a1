import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from './options.ts';

const known = ['reads', 'writes', 'drain'];

test('without words everything is measured, with a seed of its own', () => {
  const options = parseOptions([], known);
  assert.ok(typeof options === 'object');
  assert.deepEqual(options.names, known);
  assert.ok(Number.isInteger(options.seed));
});

test('named scenarios run in the order of the list', () => {
  const options = parseOptions(['drain', 'reads', '--quick', '--seed', '7'], known);
  assert.deepEqual(options, {
    names: ['reads', 'drain'],
    quick: true,
    seed: 7,
    resume: false,
    keep: false,
  });
});

test('what is not understood is refused in one sentence', () => {
  assert.throws(() => parseOptions(['read'], known), { name: 'TypeError', message: /read;/ });
  assert.throws(() => parseOptions(['--seed', 'x'], known), { name: 'TypeError' });
  assert.throws(() => parseOptions(['--fast'], known), { name: 'TypeError' });
  assert.throws(() => parseOptions(['--quick', '--keep'], known), { name: 'TypeError' });
});

test('help and the list come before everything else', () => {
  assert.equal(parseOptions(['--help', '--list'], known), 'help');
  assert.equal(parseOptions(['--list'], known), 'list');
});
