// What one batch of messages asks for: pure. Which entries to delete, whether to flush, what to
// set aside, and the position to record when all of it is done.

import { type Heartbeat, parseMessage } from '../../contract/messages.ts';
import { type CachedResource, entryKey } from '../../contract/resources.ts';
import type { Position } from '../../cache/position.ts';
import type { IncomingMessage } from '../../platform/clients/kafka-consumer.ts';

export interface UnreadableMessage {
  message: IncomingMessage;
  reason: string;
}

export interface BatchPlan {
  firstOffset: bigint;
  nextOffset: bigint;
  /** Distinct Redis keys. */
  keys: string[];
  /** A message asked for it, or one could not be understood: then nothing may stay. */
  flushes: boolean;
  /** In order. */
  heartbeats: Heartbeat[];
  unreadable: UnreadableMessage[];
}

/** @param messages at least one, in the order of their offsets */
export function planBatch(
  resource: CachedResource,
  messages: readonly IncomingMessage[],
): BatchPlan {
  const first = messages[0];
  const last = messages.at(-1);
  if (first === undefined || last === undefined) {
    throw new RangeError('an empty batch has no plan');
  }
  const keys = new Set<string>();
  const heartbeats: Heartbeat[] = [];
  const unreadable: UnreadableMessage[] = [];
  let flushes = false;
  for (const message of messages) {
    const parsed = parseMessage(resource, message);
    if ('unreadable' in parsed) {
      unreadable.push({ message, reason: parsed.unreadable });
      flushes = true;
    } else if (parsed.action === 'invalidate_cache') {
      keys.add(entryKey(resource, parsed.code));
    } else if (parsed.action === 'flush_cache') {
      flushes = true;
    } else {
      heartbeats.push(parsed.heartbeat);
    }
  }
  const nextOffset = last.offset + 1n;
  return {
    firstOffset: first.offset,
    nextOffset,
    keys: [...keys],
    flushes,
    heartbeats,
    unreadable,
  };
}

export type FlushReason = 'asked' | 'discontinuity' | 'bypass ended' | 'incarnation changed';

/**
 * Why everything must go before the batch's position may be recorded, or null.
 * @param stored what the position says on the Redis at hand
 */
export function flushReason(plan: BatchPlan, stored: Position | undefined): FlushReason | null {
  if (stored?.next !== String(plan.firstOffset)) {
    return 'discontinuity';
  }
  let before = stored.heartbeat;
  for (const heartbeat of plan.heartbeats) {
    if (before !== null && before.incarnation !== heartbeat.incarnation) {
      return 'incarnation changed';
    }
    if (before?.bypass === true && !heartbeat.bypass) {
      return 'bypass ended';
    }
    before = heartbeat;
  }
  return plan.flushes ? 'asked' : null;
}

/** The position after the batch: its last heartbeat, or the one that still stands. */
export function positionAfter(plan: BatchPlan, stored: Position | undefined): Position {
  return {
    next: String(plan.nextOffset),
    heartbeat: plan.heartbeats.at(-1) ?? stored?.heartbeat ?? null,
  };
}
