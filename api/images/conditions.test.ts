import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUnchanged, wantedRange } from './conditions.ts';

const version = {
  contentLength: 100,
  etag: '"one"',
  lastModified: new Date('2026-11-21T10:00:00.700Z'),
};
const sameDate = 'Sat, 21 Nov 2026 10:00:00 GMT';
const earlier = 'Sat, 21 Nov 2026 09:59:59 GMT';

test('a client that names the version it has is told that nothing changed', () => {
  for (const tags of ['"one"', 'W/"one"', '"other", "one"', '"other",W/"one"', '*', ' * ']) {
    assert.equal(isUnchanged({ 'if-none-match': tags }, version), true, tags);
    const reload = { 'if-none-match': tags, 'cache-control': 'no-cache' };
    assert.equal(isUnchanged(reload, version), true, tags);
  }
  assert.equal(isUnchanged({ 'if-modified-since': sameDate }, version), true);
});

test('a client that names another version, or none, is told that it changed', () => {
  for (const tags of ['"other"', 'one', '', '"*"']) {
    assert.equal(isUnchanged({ 'if-none-match': tags }, version), false, tags);
  }
  for (const date of [earlier, 'yesterday', '']) {
    assert.equal(isUnchanged({ 'if-modified-since': date }, version), false, date);
  }
  assert.equal(isUnchanged({}, version), false);
});

test('the etag decides where both etag and date are named', () => {
  const dated = { 'if-modified-since': sameDate };
  assert.equal(isUnchanged({ ...dated, 'if-none-match': '"other"' }, version), false);
  const early = { 'if-modified-since': earlier };
  assert.equal(isUnchanged({ ...early, 'if-none-match': '"one"' }, version), true);
});

test('nothing is unchanged when the object store says neither etag nor date', () => {
  const bare = { contentLength: 1, etag: undefined, lastModified: undefined };
  assert.equal(isUnchanged({ 'if-none-match': '"one"' }, bare), false);
  assert.equal(isUnchanged({ 'if-modified-since': sameDate }, bare), false);
});

test('one part of the bytes is found, cut at the end of the object', () => {
  const parts: Record<string, [start: number, end: number]> = {
    'bytes=0-0': [0, 0],
    'bytes=10-19': [10, 19],
    'bytes=90-': [90, 99],
    'bytes=-10': [90, 99],
    'bytes=-1000': [0, 99],
    'bytes=0-1000': [0, 99],
  };
  for (const [range, [start, end]] of Object.entries(parts)) {
    assert.deepEqual(wantedRange({ range }, version), { start, end }, range);
  }
});

test('a part beyond the end can not be given', () => {
  for (const range of ['bytes=100-', 'bytes=100-200', 'bytes=-0']) {
    assert.equal(wantedRange({ range }, version), 'unsatisfiable', range);
  }
  assert.equal(
    wantedRange({ range: 'bytes=0-0' }, { ...version, contentLength: 0 }),
    'unsatisfiable',
  );
});

test('anything else is answered with the whole', () => {
  const odd = ['bytes=-', 'bytes=', 'bytes=9-5', 'bytes=0-1,3-4', 'lines=0-1', 'bytes=a-b', '0-1'];
  for (const range of [...odd, `bytes=${'9'.repeat(40)}-`]) {
    assert.equal(wantedRange({ range }, version), 'whole', range);
  }
  assert.equal(wantedRange({}, version), 'whole');
});

test('a part is given only of the version that If-Range names', () => {
  const range = 'bytes=0-1';
  for (const same of ['"one"', sameDate]) {
    assert.deepEqual(wantedRange({ range, 'if-range': same }, version), { start: 0, end: 1 });
  }
  for (const other of ['"other"', 'W/"one"', earlier]) {
    assert.equal(wantedRange({ range, 'if-range': other }, version), 'whole', other);
  }
});
