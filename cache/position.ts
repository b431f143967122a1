// How far the invalidations have come, kept in Redis beside the data that it speaks of: a Redis
// that lost a DEL has lost the position after it too. One field per topic and partition.

import { z } from 'zod';
import type { Heartbeat } from '../contract/messages.ts';
import type { RedisCommands } from '../platform/clients/redis.ts';

export interface Position {
  /** The next offset to apply, in decimal. */
  next: string;
  /** The last heartbeat applied; null before the first. */
  heartbeat: Heartbeat | null;
}

const positionKey = 'cache_position';

const storedPosition: z.ZodType<Position> = z.object({
  next: z.string(),
  heartbeat: z
    .object({
      atMs: z.number(),
      partitionCount: z.int().positive(),
      incarnation: z.string(),
      bypass: z.boolean(),
    })
    .nullable(),
});

/** By partition number. */
export type TopicPositions = ReadonlyMap<number, Position>;

function fieldName(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** Every stored position of a topic; what can not be read counts as absent. */
export async function readPositions(redis: RedisCommands, topic: string): Promise<TopicPositions> {
  const reply = await redis<Record<string, string>>('HGETALL', positionKey);
  const positions = new Map<number, Position>();
  for (const [field, value] of Object.entries(reply)) {
    const partition = partitionOfField(topic, field);
    const position = parsePosition(value);
    if (partition !== null && position !== null) {
      positions.set(partition, position);
    }
  }
  return positions;
}

export async function writePosition(
  redis: RedisCommands,
  where: { topic: string; partition: number },
  position: Position,
): Promise<void> {
  const field = fieldName(where.topic, where.partition);
  await redis<number>('HSET', positionKey, field, JSON.stringify(position));
}

export async function deletePositions(
  redis: RedisCommands,
  topic: string,
  partitions: Iterable<number>,
): Promise<void> {
  const fields = [...partitions].map((partition) => fieldName(topic, partition));
  if (fields.length > 0) {
    await redis<number>('HDEL', positionKey, ...fields);
  }
}

function partitionOfField(topic: string, field: string): number | null {
  const prefix = fieldName(topic, 0).slice(0, -1);
  const digits = field.startsWith(prefix) ? field.slice(prefix.length) : '';
  return /^\d+$/.test(digits) ? Number(digits) : null;
}

function parsePosition(text: string): Position | null {
  try {
    return storedPosition.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
