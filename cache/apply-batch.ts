// Applies one batch of invalidations to Redis: check the position, delete, flush, record the
// position. A batch that does not continue what is stored flushes first: whatever lies between, the
// Redis at hand may have missed it. One attempt belongs to one connection; when it fails, the next
// attempt starts at the check again.

import type { Heartbeat } from '../contract/messages.ts';
import type { CachedResource } from '../contract/resources.ts';
import type { RedisCommands } from '../platform/clients/redis.ts';
import { deleteEntries, flushEntries } from './invalidate.ts';
import { deletePositions, type Position, readPositions, writePosition } from './position.ts';

export interface InvalidationBatch {
  /** What the stored position must say for this batch to follow it without a gap. */
  continues: string;
  /** What it says afterwards. */
  next: string;
  /** Distinct Redis keys. */
  keys: readonly string[];
  /** Everything must go. */
  flushes: boolean;
  /** In order. */
  heartbeats: readonly Heartbeat[];
}

export interface BatchTarget {
  resource: CachedResource;
  topic: string;
  partition: number;
}

export type FlushReason = 'asked' | 'discontinuity' | 'bypass ended' | 'incarnation changed';

export interface ApplyOptions {
  /** Bound to one connection: it rejects once that was replaced. */
  redis: RedisCommands;
  target: BatchTarget;
  batch: InvalidationBatch;
  /** The number of partitions that the topic has right now, freshly asked. */
  countPartitions: (topic: string) => Promise<number | undefined>;
  /** Called now and then during a long flush; what it throws ends the attempt. */
  keepAlive: () => Promise<void>;
}

export interface ApplyResult {
  flushed: FlushReason | null;
  /** The topic has fewer partitions than it had: its positions were thrown away. */
  droppedPositions: boolean;
}

/** @throws TransientError when any part failed: nothing counts as applied then. */
export async function applyBatch(options: ApplyOptions): Promise<ApplyResult> {
  const { redis, target, batch, keepAlive } = options;
  // Deleting is right whatever the position says: it does not wait for the answer to that.
  const [allPositions] = await Promise.all([
    readPositions(redis),
    deleteEntries(redis, batch.keys),
  ]);
  const positions = allPositions.get(target.topic) ?? new Map<number, Position>();
  const stored = positions.get(target.partition);
  const flushed = flushReason(batch, stored);
  if (flushed !== null) {
    await flushEntries(redis, target.resource, keepAlive);
  }
  const droppedPositions = await hasGonePartitions(options, [...positions.keys()]);
  if (droppedPositions) {
    await deletePositions(redis, target.topic, positions.keys());
  }
  await writePosition(redis, target, positionAfter(batch, stored));
  return { flushed, droppedPositions };
}

/** Why everything must go before the batch's position may be recorded, or null. */
export function flushReason(
  batch: InvalidationBatch,
  stored: Position | undefined,
): FlushReason | null {
  if (stored?.next !== batch.continues) {
    return 'discontinuity';
  }
  let before = stored.heartbeat;
  for (const heartbeat of batch.heartbeats) {
    if (before !== null && before.incarnation !== heartbeat.incarnation) {
      return 'incarnation changed';
    }
    if (before?.bypass === true && !heartbeat.bypass) {
      return 'bypass ended';
    }
    before = heartbeat;
  }
  return batch.flushes ? 'asked' : null;
}

/** The position after the batch: its last heartbeat, or the one that still stands. */
export function positionAfter(batch: InvalidationBatch, stored: Position | undefined): Position {
  const heartbeat = batch.heartbeats.at(-1) ?? stored?.heartbeat ?? null;
  return { next: batch.next, heartbeat };
}

/** Positions of partitions that no longer exist would never move again. */
async function hasGonePartitions(
  { batch, target, countPartitions }: ApplyOptions,
  partitions: readonly number[],
): Promise<boolean> {
  const announced = batch.heartbeats.at(-1)?.partitionCount;
  const highest = Math.max(...partitions);
  if (announced === undefined || highest < announced) {
    return false;
  }
  const actual = await countPartitions(target.topic);
  return actual !== undefined && highest >= actual;
}
