// A seed names a schedule; every kind has its turn.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KindOfFault, planRounds } from './plan.ts';

const kinds: KindOfFault[] = ['a', 'b', 'c', 'd'].map((kind) => {
  return { kind, weight: 1, durationMs: [10, 1000] };
});

function firstRounds(seed: number, count: number) {
  const rounds = planRounds({ seed, kinds, faultsPerRound: 6, roundMs: 20_000 });
  return Array.from({ length: count }, () => {
    const planned = rounds.next().value ?? [];
    return planned.map(({ kind, atMs, durationMs, random }) => {
      return { kind, atMs, durationMs, draw: random.next() };
    });
  });
}

test('the same seed gives the same schedule, another seed another', () => {
  assert.deepEqual(firstRounds(7, 3), firstRounds(7, 3));
  assert.notDeepEqual(firstRounds(7, 3), firstRounds(8, 3));
});

test('every kind comes before any comes twice', () => {
  const [round = []] = firstRounds(7, 1);
  assert.deepEqual(
    round
      .slice(0, 4)
      .map(({ kind }) => kind)
      .toSorted(),
    ['a', 'b', 'c', 'd'],
  );
});

test('faults come one after another, within their round', () => {
  for (const round of firstRounds(7, 5)) {
    const times = round.map(({ atMs }) => atMs);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    assert.ok(times.every((atMs) => atMs > 0 && atMs < 20_000));
    assert.ok(round.every(({ durationMs }) => durationMs >= 10 && durationMs <= 1000));
  }
});
