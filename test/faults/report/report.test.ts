// The report says what was counted, and the picture shows it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from '../options.ts';
import { drawPicture } from './picture.ts';
import { summarise, toText } from './summary.ts';
import { Tally } from './tally.ts';

function outcome() {
  const tally = new Tally();
  const sighting = { resource: 'city', code: 'FAA', seen: [], askedMs: 0, answeredMs: 1 };
  tally.answer({ ...sighting, boundMs: 1000, status: 'hit; detail=memory' }, 70);
  tally.answer({ ...sighting, boundMs: 0, status: 'fwd=bypass; detail=lag' }, 0);
  const marked = { ...sighting, boundMs: Number.POSITIVE_INFINITY };
  tally.answer({ ...marked, status: 'hit; detail=stale-if-error' }, 9000);
  tally.faults.push({ kind: 'a < b', target: 'api-1', proof: 'seen', fromMs: 10, untilMs: 90 });
  return { tally, commits: 5, rounds: 1 };
}

function options() {
  const parsed = parseOptions(['--seed', '7']);
  assert.ok(parsed !== 'help');
  return parsed;
}

test('answers, hits, staleness and faults are counted; what says that it is stale is not', () => {
  const summary = summarise(options(), outcome());
  const { reads, hitRate, worstStaleMs, faults, violations, violationRateAtMost } = summary;
  assert.deepEqual(
    { reads, hitRate, worstStaleMs, faults, violations, violationRateAtMost },
    {
      reads: 3,
      hitRate: 1 / 3,
      worstStaleMs: 70,
      faults: 1,
      violations: 0,
      violationRateAtMost: 1,
    },
  );
});

test('all violations are counted, one of a kind every few seconds is kept', () => {
  const { tally } = outcome();
  const violation = { kind: 'stale', about: 'city FAA', what: 'old', details: {} } as const;
  for (const atMs of [100, 200, 9000]) tally.violation({ ...violation, atMs });
  tally.violation({ ...violation, about: 'city FAB', atMs: 300 });
  assert.equal(tally.violationCount, 4);
  assert.deepEqual(
    tally.violations.map(({ atMs }) => atMs),
    [100, 9000, 300],
  );
});

test('the text names violations, and then gives no upper bound', () => {
  const run = outcome();
  run.tally.violation({ kind: 'stale', atMs: 1, about: 'x', what: 'x was old', details: {} });
  const text = toText(summarise(options(), run), run);
  assert.match(text, /1 ms, stale: x was old/);
  assert.doesNotMatch(text, /95 %/);
});

test('the picture is well-formed whatever the names are', () => {
  const run = outcome();
  const picture = drawPicture(summarise(options(), run), run.tally);
  assert.match(picture, /^<svg [^]*<\/svg>\n$/);
  assert.match(picture, /a &lt; b/);
  assert.doesNotMatch(picture, /NaN|undefined|Infinity/);
});
