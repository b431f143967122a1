// What enters the memory of a process, what leaves it, and how much there may be.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cachedResource } from '../contract/resources.ts';
import { LocalEntries } from './local-entries.ts';
import { Watch } from './watch.ts';

const city = cachedResource('city');
const movie = cachedResource('movie');
const bgr = 'cities_BGR';

function prepare({ entriesMax = 100, bytesMax = 1_000_000 } = {}) {
  let tell: (key: string | null) => void = () => undefined;
  const tracking = {
    isProven: true,
    onChange: (listener: typeof tell) => void (tell = listener),
  };
  const entries = new LocalEntries({ tracking, entriesMax, bytesMax });
  return {
    entries,
    tracking,
    tell: (key: string | null) => tell(key),
    offer: (key: string, text: string, { isChanged = false, ttlMs = 60_000 } = {}) => {
      const watch = new Watch(() => undefined);
      if (isChanged) {
        watch.tell();
      }
      entries.offer({ resource: city, key, text, watch, ttlMs });
    },
    text: (key: string, nowMs = performance.now()) => entries.find(city, key, nowMs)?.text,
  };
}

test('an answer of Redis is kept, and says where it lay', () => {
  const { entries, offer } = prepare();
  offer(bgr, '[1]');
  const copy = entries.find(city, bgr, performance.now());
  assert.deepEqual([copy?.source, copy?.text], ['cache', '[1]']);
  assert.equal(copy?.status, 'CineSync; hit; detail=memory');
  assert.equal(entries.find(city, bgr, performance.now()), copy, 'one copy for all');
});

test('a copy goes when its key is told to have changed, no other does', () => {
  const { offer, tell, text } = prepare();
  offer(bgr, '[1]');
  offer('cities_ROU', '[2]');
  tell(bgr);
  assert.equal(text(bgr), undefined);
  assert.equal(text('cities_ROU'), '[2]');
});

test('all copies go when anything may have changed', () => {
  const { entries, offer, tell, text } = prepare();
  offer(bgr, '[1]');
  tell(null);
  assert.equal(text(bgr), undefined);
  assert.deepEqual([entries.size, entries.bytes], [0, 0]);
});

test('an answer is not kept when a change was told while it was under way', () => {
  const { offer, text } = prepare();
  offer(bgr, '[1]', { isChanged: true });
  assert.equal(text(bgr), undefined);
});

test('a lease is never kept', () => {
  const { offer, text } = prepare();
  offer(bgr, 'Lsomebody');
  assert.equal(text(bgr), undefined);
});

test('nothing is kept while Redis is not seen to tell what changes', () => {
  const { tracking, offer, text } = prepare();
  tracking.isProven = false;
  offer(bgr, '[1]');
  assert.equal(text(bgr), undefined);
});

test('a copy ends by itself, no later than its entry may', () => {
  const { offer, text } = prepare();
  const beforeMs = performance.now();
  offer(bgr, '[1]', { ttlMs: 5000 });
  offer('cities_ROU', '[2]', { ttlMs: 600_000 });
  const afterMs = performance.now();
  assert.equal(text(bgr, beforeMs + 4999), '[1]');
  assert.equal(text(bgr, afterMs + 5000), undefined);
  assert.equal(text('cities_ROU', beforeMs + 29_999), '[2]');
  assert.equal(text('cities_ROU', afterMs + 30_000), undefined, 'half a minute at most');
});

test('an address that happens to spell the key of another resource finds nothing', () => {
  const { entries, offer } = prepare();
  offer(bgr, '[1]');
  assert.equal(entries.find(movie, bgr, performance.now()), undefined);
});

test('there are never more copies than allowed; those in use stay', () => {
  const { entries, offer, text } = prepare({ entriesMax: 100 });
  offer(bgr, '[0]');
  for (let number = 0; number < 1000; number += 1) {
    offer(`cities_${number}`, '[1]');
    assert.equal(text(bgr), '[0]', `in use, after ${number}`);
    assert.ok(entries.size <= 100, `${entries.size}`);
  }
  assert.equal(text('cities_0'), undefined);
  assert.equal(text('cities_999'), '[1]');
});

test('they never take more bytes than allowed, and what is too big is not kept', () => {
  const { entries, offer, text } = prepare({ bytesMax: 1_000_000 });
  for (let number = 0; number < 1000; number += 1) {
    offer(`cities_${number}`, JSON.stringify('x'.repeat(number * 10)));
    assert.ok(entries.bytes <= 1_000_000, `${entries.bytes}`);
  }
  assert.ok(entries.size > 10);
  offer(bgr, JSON.stringify('x'.repeat(500_000)));
  assert.equal(text(bgr), undefined);
});

test('what is dropped or replaced does not count any more', () => {
  const { entries, offer, tell } = prepare();
  offer(bgr, '[1]');
  const { bytes } = entries;
  offer(bgr, '[1]');
  assert.deepEqual([entries.size, entries.bytes], [1, bytes]);
  tell(bgr);
  assert.deepEqual([entries.size, entries.bytes], [0, 0]);
});
