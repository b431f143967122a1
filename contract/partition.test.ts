import assert from 'node:assert/strict';
import { test } from 'node:test';
import { murmur2, partitionOf } from './partition.ts';

// The vectors of Apache Kafka's own UtilsTest.testMurmur2.
const vectors: [string, number][] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

test('keys hash as in the Java client', () => {
  for (const [key, hash] of vectors) {
    assert.equal(murmur2(Buffer.from(key)), hash, key);
  }
});

test('a partition is always one of those that exist', () => {
  for (const [key] of vectors) {
    for (const count of [1, 3, 7]) {
      const partition = partitionOf(key, count);
      assert.ok(partition >= 0 && partition < count, `${key} of ${count}: ${partition}`);
    }
  }
});
