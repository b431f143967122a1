import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from '../measure/verdict.ts';
import { drawArms } from './picture-of-arms.ts';
import { drawGoals } from './picture-of-goals.ts';
import type { Run } from './results.ts';
import { tableOf } from './table.ts';

const figures = [
  { name: 'fast & slow', unit: 'ratio' as const, values: [1, 1.1, 1.2], goal: { atMost: 1.25 } },
  { name: 'only told', unit: 'ms' as const, values: [1234.5] },
  { name: 'far off', unit: 'per second' as const, values: [0, 0, 0], goal: { atLeast: 20_000 } },
].map(judge);

const run: Run = {
  measuredAt: '2026-11-30',
  quick: false,
  seed: 1,
  machine: { processors: '2 × x', memoryGb: 8, system: 'Linux', node: '24.0.0', servers: [] },
  scenarios: [
    {
      name: 'writes',
      about: 'commits <per> second',
      seconds: 1,
      figures,
      readings: [{ arm: 'ours', at: '1 writer', measure: 'commits per second', values: [1, 2, 3] }],
      missing: ['with a slow disk, because there is no C compiler (cc)'],
    },
  ],
};

test('the table has every figure with its spread, goal and verdict', () => {
  const lines = tableOf(run).split('\n');
  assert.match(lines[2] ?? '', /fast & slow +1\.10 +1\.05–1\.15 +≤ 1\.25 +met$/);
  assert.match(lines[3] ?? '', /only told +1,235 ms +1,235–1,235$/);
  assert.match(lines[5] ?? '', /not measured: with a slow disk/);
});

test('the pictures are drawn for both kinds of page, and hold no raw text', () => {
  for (const svg of [drawGoals(run), drawArms(run, 'writes'), drawArms(run, 'none')]) {
    assert.match(svg, /^<svg .*<\/svg>\n$/s);
    assert.match(svg, /prefers-color-scheme: dark/);
    assert.doesNotMatch(svg, /NaN|undefined|Infinity|<per>|fast & slow/);
  }
});

test('only figures with a goal are in the picture of goals', () => {
  assert.match(drawGoals(run), /far off/);
  assert.doesNotMatch(drawGoals(run), /only told/);
});
