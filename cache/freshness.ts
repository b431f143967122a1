// How old a topic's cached answers can be: now minus the oldest heartbeat among its partitions.

import type { TopicPositions } from './position.ts';

/** Null while some partition has not shown a heartbeat yet. */
export function oldestHeartbeatMs(positions: TopicPositions): number | null {
  const heartbeats = [...positions.values()].map((position) => position.heartbeat);
  const partitionCount = Math.max(0, ...heartbeats.map((beat) => beat?.partitionCount ?? 0));
  if (partitionCount === 0) {
    return null;
  }
  let oldestMs = Number.POSITIVE_INFINITY;
  for (let partition = 0; partition < partitionCount; partition += 1) {
    const atMs = positions.get(partition)?.heartbeat?.atMs;
    if (atMs === undefined) {
      return null;
    }
    oldestMs = Math.min(oldestMs, atMs);
  }
  return oldestMs;
}
