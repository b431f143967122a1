import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interleave } from './rounds.ts';

async function orderOf(seed: number): Promise<string[]> {
  const order: string[] = [];
  await interleave({
    arms: ['a', 'b', 'c', 'd'],
    rounds: 6,
    seed,
    report: () => undefined,
    measure: async (arm) => order.push(arm),
  });
  return order;
}

test('every round runs every arm once, and not always in the same order', async () => {
  const order = await orderOf(1);
  const rounds = Array.from({ length: 6 }, (_, round) => order.slice(4 * round, 4 * round + 4));
  for (const round of rounds) {
    assert.equal(round.toSorted().join(''), 'abcd');
  }
  assert.ok(new Set(rounds.map((round) => round.join(''))).size > 1);
});

test('the same seed gives the same order', async () => {
  assert.deepEqual(await orderOf(7), await orderOf(7));
  assert.notDeepEqual(await orderOf(7), await orderOf(8));
});

test('readings stay with their arm, in the order of the rounds', async () => {
  const turns: string[] = [];
  const readings = await interleave({
    arms: ['a', 'b'],
    rounds: 3,
    seed: 1,
    report: (turn) => void turns.push(turn),
    measure: async (arm, round) => `${arm}${round}`,
  });
  assert.deepEqual(
    [...readings],
    [
      ['a', ['a0', 'a1', 'a2']],
      ['b', ['b0', 'b1', 'b2']],
    ],
  );
  assert.equal(turns.at(-1), '6 of 6');
});
