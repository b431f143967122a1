// The command line: what is asked for, and one sentence about what can not be.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from './options.ts';

function parse(...words: string[]) {
  const options = parseOptions(words);
  assert.ok(options !== 'help');
  return options;
}

test('without words it is a default run of this checkout, with a seed of its own', () => {
  const { profile, mode, redis, brokerCount, counts, control, stopAtFirst, seed } = parse();
  assert.equal(profile.name, 'default');
  assert.deepEqual(
    { mode, redis, brokerCount, counts, control, stopAtFirst },
    {
      mode: 'kafka',
      redis: 'single',
      brokerCount: 1,
      counts: { api: 2, cleaner: 2, listener: 2 },
      control: false,
      stopAtFirst: false,
    },
  );
  assert.ok(Number.isInteger(seed));
});

test('the words are taken', () => {
  const words = ['--short', '--seed', '7', '--cleaners', '3', '--stop-at-first', '--source', '/a'];
  const { profile, seed, counts, stopAtFirst, source } = parse(...words);
  assert.equal(profile.name, 'short');
  assert.deepEqual([seed, counts.cleaner, stopAtFirst, source], [7, 3, true, '/a']);
  const { redis, brokerCount } = parse('--redis', 'sentinel', '--kafka', '3');
  assert.deepEqual([redis, brokerCount], ['sentinel', 3]);
  assert.equal(parseOptions(['--help']), 'help');
});

test('what can not be is refused with a sentence', () => {
  const refusals: [string[], RegExp][] = [
    [['--seed', 'x'], /--seed is a whole number/],
    [['--cleaners', '0'], /--cleaners is a whole number from 1 to 9/],
    [['--mode', 'rabbit'], /--mode is kafka or direct/],
    [['--redis', 'cluster'], /--redis is single or sentinel/],
    [['--kafka', '0'], /--kafka is a whole number from 1 to 5/],
    [['--short', '--long'], /not both/],
    [['--control', '--mode', 'direct'], /--control has no --mode direct/],
    [['--what'], /--what/],
  ];
  for (const [words, reason] of refusals) {
    assert.throws(() => parseOptions(words), reason);
  }
});
