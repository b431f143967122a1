// The judge itself is judged: histories with one planted violation of each kind, and histories in
// which everything looks suspicious and is right.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Claim, judge, type Sighting } from './judge.ts';
import { type Change, Model } from './model.ts';

const boundMs = 1000;

const row = (value: number): Change => ({ cell: 'row', value });

/** What was seen, in an answer asked for at one moment and given at another. */
function sighting(seen: Claim[], askedMs: number, answeredMs = askedMs + 5): Sighting {
  return { resource: 'city', code: 'FAA', seen, askedMs, answeredMs, boundMs, status: 'hit' };
}

/** A row that is 1 from the beginning, 2 from about 100 and 3 from about 5000. */
function history(): Model {
  const model = new Model();
  model.declare([row(1), { cell: 'other', value: 10 }]);
  model.commit(model.attempt([row(2)], 100), 110);
  model.commit(model.attempt([row(3)], 5000), 5010);
  return model;
}

const faultOf = (model: Model, seen: Sighting): string => {
  const verdict = judge(model, seen);
  return verdict.right ? 'right' : verdict.fault;
};

test('the state of the moment is right, and not stale', () => {
  assert.deepEqual(judge(history(), sighting([row(3)], 6000)), {
    right: true,
    staleMs: 0,
    supposes: [],
  });
});

test('a state that was replaced within the bound is right, and as old as it is', () => {
  const verdict = judge(history(), sighting([row(2)], 5500));
  assert.ok(verdict.right);
  assert.equal(verdict.staleMs, 490);
});

test('a state that was replaced more than the bound before is stale', () => {
  const verdict = judge(history(), sighting([row(2)], 6011));
  assert.ok(!verdict.right);
  assert.equal(verdict.fault, 'stale');
  assert.equal(verdict.staleMs, 1001);
});

test('an answer that took long is judged by when it was asked for', () => {
  assert.equal(faultOf(history(), sighting([row(2)], 5500, 60_000)), 'right');
});

test('an answer with no allowance must be of the moment', () => {
  const seen = { ...sighting([row(2)], 5011), boundMs: 0 };
  assert.equal(faultOf(history(), seen), 'stale');
  assert.equal(faultOf(history(), { ...seen, seen: [row(3)] }), 'right');
});

test('an answer that says that it is stale may be as old as it likes, but not invented', () => {
  const seen = { ...sighting([row(1)], 90_000), boundMs: Number.POSITIVE_INFINITY };
  assert.equal(faultOf(history(), seen), 'right');
  assert.equal(faultOf(history(), { ...seen, seen: [row(7)] }), 'never');
});

test('a state that nobody committed never was', () => {
  assert.equal(faultOf(history(), sighting([row(4)], 6000)), 'never');
});

test('what the model has not heard of never was', () => {
  assert.equal(faultOf(history(), sighting([{ cell: 'stranger', value: 1 }], 6000)), 'never');
});

test('a state that was rolled back never was', () => {
  const model = history();
  model.abort(model.attempt([row(4)], 6000));
  assert.equal(faultOf(model, sighting([row(4)], 6001)), 'never');
});

test('a state that was shown before its COMMIT was sent is early', () => {
  assert.equal(faultOf(history(), sighting([row(3)], 4000)), 'early');
});

test('a state may be seen from when its COMMIT was sent, its predecessor until the reply', () => {
  assert.equal(faultOf(history(), sighting([row(3)], 4990, 5001)), 'right');
  const strict = { ...sighting([row(2)], 5009), boundMs: 0 };
  assert.equal(faultOf(history(), strict), 'right');
});

test('states that were never there together are mixed', () => {
  const model = history();
  model.commit(model.attempt([{ cell: 'other', value: 20 }], 5200), 5210);
  // The old row with the new other: each was there within the bound, never both.
  const seen = [row(2), { cell: 'other', value: 20 }];
  assert.equal(faultOf(model, sighting(seen, 5300)), 'mixed');
  assert.equal(faultOf(model, sighting([row(3), { cell: 'other', value: 10 }], 5300)), 'right');
});

test('a state that comes back is judged by its latest stay', () => {
  const model = new Model();
  model.declare([row(0)]);
  model.commit(model.attempt([row(1)], 100), 110);
  model.commit(model.attempt([row(0)], 5000), 5010);
  assert.equal(faultOf(model, sighting([row(0)], 4000)), 'stale');
  assert.equal(faultOf(model, sighting([row(0)], 9000)), 'right');
});

test('while it is not known whether a COMMIT succeeded, both outcomes are right', () => {
  const model = history();
  const attempt = model.attempt([row(4)], 6000);
  const after = judge(model, sighting([row(4)], 9000));
  assert.ok(after.right);
  assert.deepEqual(after.supposes, [attempt]);
  const before = judge(model, sighting([row(3)], 9000));
  assert.ok(before.right);
  assert.deepEqual(before.supposes, []);
});

test('once it is known, only the real one is', () => {
  const model = history();
  model.commit(model.attempt([row(4)], 6000), 6500);
  assert.equal(faultOf(model, sighting([row(3)], 9000)), 'stale');
});

test('what a crash took back is stale afterwards, and what it brought back is right', () => {
  const model = history();
  model.commit(model.attempt([row(4)], 6000, { losable: true }), 6010);
  const loss = model.recover(
    new Map([
      ['row', 3],
      ['other', 10],
    ]),
    { fromMs: 7000, untilMs: 7500 },
  );
  assert.deepEqual(loss, { lost: 1, impossible: [] });
  assert.equal(faultOf(model, sighting([row(4)], 6900)), 'right');
  assert.equal(faultOf(model, sighting([row(4)], 9000)), 'stale');
  assert.equal(faultOf(model, sighting([row(3)], 9000)), 'right');
});

test('a crash can not take back what had waited for the disk', () => {
  const model = history();
  const loss = model.recover(
    new Map([
      ['row', 2],
      ['other', 10],
    ]),
    { fromMs: 7000, untilMs: 7500 },
  );
  assert.deepEqual(loss, { lost: 1, impossible: ['row'] });
});

describe('a claim of one of two cells', () => {
  const either: Claim = { cell: 'row', value: 4, or: { cell: 'other', value: 20 } };

  test('is right while either is so, across the change from one to the other', () => {
    const model = history();
    model.commit(model.attempt([row(4)], 6000), 6010);
    model.commit(model.attempt([{ cell: 'other', value: 20 }], 6500), 6510);
    model.commit(model.attempt([row(5)], 6600), 6610);
    assert.equal(faultOf(model, sighting([either], 6100)), 'right');
    assert.equal(faultOf(model, sighting([either], 90_000)), 'right');
    const both = [either, { cell: 'other', value: 10 }];
    assert.equal(faultOf(model, sighting(both, 6550)), 'right');
    // Since when the other is 20, no row is needed; before, it was 4.
    assert.equal(faultOf(model, sighting([either, row(3)], 6550)), 'right', 'until 6010');
  });

  test('never was, or is stale, as the later of the two is', () => {
    assert.equal(faultOf(history(), sighting([either], 6000)), 'never');
    const model = history();
    model.commit(model.attempt([row(4)], 6000), 6010);
    model.commit(model.attempt([row(5)], 7000), 7010);
    const verdict = judge(model, sighting([either], 9000));
    assert.ok(!verdict.right);
    assert.deepEqual([verdict.fault, verdict.staleMs], ['stale', 1990]);
  });

  test('supposes a transaction only where nothing else makes it right', () => {
    const model = history();
    const open = model.attempt([row(4)], 6000);
    const supposing = judge(model, sighting([either], 6010));
    assert.ok(supposing.right);
    assert.deepEqual(supposing.supposes, [open]);
    model.commit(model.attempt([{ cell: 'other', value: 20 }], 6020), 6030);
    const settled = judge(model, sighting([either], 6100));
    assert.ok(settled.right);
    assert.deepEqual(settled.supposes, []);
  });
});

test('two transactions that write one cell at once are the fault of the workload', () => {
  const model = history();
  const first = model.attempt([row(4)], 6000);
  model.attempt([row(5)], 6001);
  assert.throws(() => model.commit(first, 6002), /Two transactions wrote row at once/);
});
