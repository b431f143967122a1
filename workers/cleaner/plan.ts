// What one batch of messages asks for: pure. Which entries to delete, whether to flush, which
// heartbeats it carries, and what to set aside.

import type { InvalidationBatch } from '../../cache/apply-batch.ts';
import { type Heartbeat, parseMessage } from '../../contract/messages.ts';
import { type CachedResource, entryKey } from '../../contract/resources.ts';
import type { IncomingMessage } from '../../platform/clients/kafka-consumer.ts';

export interface UnreadableMessage {
  message: IncomingMessage;
  reason: string;
}

export interface BatchPlan extends InvalidationBatch {
  unreadable: readonly UnreadableMessage[];
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
      // Nobody knows what it meant: nothing may stay.
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
  return {
    continues: String(first.offset),
    next: String(last.offset + 1n),
    keys: [...keys],
    flushes,
    heartbeats,
    unreadable,
  };
}
