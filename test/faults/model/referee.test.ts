// The referee judges every answer exactly once, and late where it has to.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sighting } from './judge.ts';
import { Model } from './model.ts';
import { Referee } from './referee.ts';

function createReferee() {
  const model = new Model();
  model.declare([{ cell: 'row', value: 1 }]);
  const right: number[] = [];
  const wrong: string[] = [];
  const referee = new Referee({
    model,
    onCommit: () => undefined,
    onRight: ({ seen }) => right.push(seen[0]?.value ?? 0),
    onWrong: ({ seen }, { fault }) => wrong.push(`${seen[0]?.value} ${fault}`),
  });
  return { model, referee, right, wrong };
}

function saw(value: number, askedMs: number): Sighting {
  const seen = [{ cell: 'row', value }];
  const answeredMs = askedMs + 5;
  return { resource: 'city', code: 'FAA', seen, askedMs, answeredMs, boundMs: 100, status: 'hit' };
}

test('an answer that shows what turns out to have failed is reported then, once', () => {
  const { referee, wrong } = createReferee();
  const attempt = referee.attempt([{ cell: 'row', value: 2 }], 10, { losable: false });
  referee.see(saw(2, 20));
  referee.see(saw(1, 20));
  assert.deepEqual(wrong, []);
  referee.abort(attempt);
  assert.deepEqual(wrong, ['2 never']);
});

test('an answer that shows what turns out to have succeeded is right', () => {
  const { referee, right, wrong } = createReferee();
  const attempt = referee.attempt([{ cell: 'row', value: 2 }], 10, { losable: false });
  referee.see(saw(2, 20));
  referee.commit(attempt, 30);
  assert.deepEqual([right, wrong], [[2], []]);
});

test('answers during a crash are judged by what it left', () => {
  const { model, referee, right, wrong } = createReferee();
  referee.commit(referee.attempt([{ cell: 'row', value: 2 }], 10, { losable: true }), 20);
  referee.hold();
  referee.see(saw(1, 500));
  referee.see(saw(2, 900));
  assert.deepEqual([right, wrong], [[], []]);
  model.recover(new Map([['row', 1]]), { fromMs: 400, untilMs: 600 });
  referee.release();
  assert.deepEqual([right, wrong], [[1], ['2 stale']]);
});

test('whoever holds says so until the release', () => {
  const { referee } = createReferee();
  assert.equal(referee.isHolding, false);
  referee.hold();
  assert.equal(referee.isHolding, true);
  referee.release();
  assert.equal(referee.isHolding, false);
});
