import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Batch } from './batch.ts';
import { type Change, parseChange } from './change.ts';

function change(id: string, ctid = '(0,1)'): Change {
  return { id, ctid, resource: 'city', codes: ['BGR'], committedAtMs: 1, dependents: [] };
}

test('a batch keeps changes in the order in which they were read', () => {
  const batch = new Batch();
  for (const id of ['3', '1', '2']) {
    batch.add(change(id));
  }
  assert.deepEqual(
    batch.changes.map(({ id }) => id),
    ['3', '1', '2'],
  );
});

test('what a batch names is counted once, as it is sent', () => {
  const batch = new Batch();
  batch.add({ ...change('1'), codes: ['BGR', 'ROU'] });
  assert.equal(batch.entries, 2);
  batch.add({ ...change('2'), codes: ['ROU'] });
  assert.equal(batch.entries, 2);
  batch.add({ ...change('3'), codes: null });
  assert.equal(batch.entries, 3);
  const dependents = [
    { resource: 'movie', codes: ['x', 'y', 'BGR'] },
    { resource: 'person', flush: true },
  ];
  batch.add({ ...change('4'), dependents });
  assert.equal(batch.entries, 7);
});

test('a batch is empty until there is anything to send', () => {
  assert.ok(new Batch().isEmpty);
  const withChange = new Batch();
  withChange.add(change('1'));
  const withCode = new Batch();
  withCode.notified.push(change('1'));
  const withHeartbeat = new Batch();
  withHeartbeat.heartbeat = { atMs: 1, incarnation: 'one', bypassed: new Set() };
  const withFlush = new Batch();
  withFlush.renewsIncarnation = true;
  for (const batch of [withChange, withCode, withHeartbeat, withFlush]) {
    assert.ok(!batch.isEmpty);
  }
});

const row = {
  ctid: '(0,1)',
  id: '9007199254740993',
  op: 'k',
  resource: 'city',
  codes: ['BGR'],
  row_at_ms: '1700000000123',
  dependents: null,
};

test('an outbox row becomes a change, with its id to the last digit', () => {
  assert.deepEqual(parseChange({ ...row, xid: '7' }), {
    ctid: '(0,1)',
    id: '9007199254740993',
    resource: 'city',
    codes: ['BGR'],
    committedAtMs: 1_700_000_000_123,
    dependents: [],
  });
});

test('a row without codes names none, and a flush names all of them', () => {
  assert.deepEqual(parseChange({ ...row, codes: null }).codes, []);
  assert.equal(parseChange({ ...row, op: 'f', codes: null }).codes, null);
  assert.equal(parseChange({ ...row, op: 'f' }).codes, null);
});

test('dependents come as codes, as a flush, or as a flush with the reason for it', () => {
  const dependents = [
    { resource: 'movie', codes: ['x'] },
    { resource: 'movie', flush: true },
    { resource: 'movie', flush: true, fault: '55P03: lock timeout' },
  ];
  assert.deepEqual(parseChange({ ...row, dependents }).dependents, dependents);
});

for (const wrong of [{ op: 'x' }, { id: 7 }, { codes: 'BGR' }, { dependents: [{}] }]) {
  test(`a row with ${JSON.stringify(wrong)} is a fault, not a change`, () => {
    assert.throws(() => parseChange({ ...row, ...wrong }));
  });
}
