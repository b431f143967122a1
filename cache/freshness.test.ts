import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oldestHeartbeatMs } from './freshness.ts';
import type { Position } from './position.ts';

/** A position per `[partition, at, partitions that its heartbeat announces]`. */
function positions(...parts: [partition: number, atMs: number | null, announced?: number][]) {
  return new Map<number, Position>(
    parts.map(([partition, atMs, partitionCount = 3]) => {
      const rest = { partitionCount, incarnation: 'one', bypass: false };
      return [partition, { next: '1', heartbeat: atMs === null ? null : { atMs, ...rest } }];
    }),
  );
}

test('a topic is as fresh as the oldest heartbeat of its partitions', () => {
  assert.equal(oldestHeartbeatMs(positions([0, 500], [1, 300], [2, 400])), 300);
});

test('nothing is known before anything was recorded', () => {
  assert.equal(oldestHeartbeatMs(positions()), null);
});

test('nothing is known while a partition is missing', () => {
  assert.equal(oldestHeartbeatMs(positions([0, 500], [2, 400])), null);
});

test('nothing is known while a partition has shown no heartbeat', () => {
  assert.equal(oldestHeartbeatMs(positions([0, 500], [1, null], [2, 400])), null);
});

test('one heartbeat that announces more partitions makes the new ones count', () => {
  assert.equal(oldestHeartbeatMs(positions([0, 500, 3], [1, 510, 4], [2, 520, 3])), null);
  const grown = positions([0, 500, 3], [1, 510, 4], [2, 520, 3], [3, 490, 4]);
  assert.equal(oldestHeartbeatMs(grown), 490);
});

test('a partition beyond what was announced does not count', () => {
  assert.equal(oldestHeartbeatMs(positions([0, 500, 1], [7, 3, 1])), 500);
});
