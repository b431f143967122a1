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

export const positionKey = 'cache_position';

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
/** By topic. */
export type Positions = ReadonlyMap<string, TopicPositions>;

const fieldPattern = /^(.+)\/(\d+)$/;

function fieldName(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** Everything that is stored; what can not be read counts as absent. */
export async function readPositions(redis: RedisCommands): Promise<Positions> {
  const reply = await redis<Record<string, string>>('HGETALL', positionKey);
  const positions = new Map<string, Map<number, Position>>();
  for (const [field, value] of Object.entries(reply)) {
    const [, topic, partition] = fieldPattern.exec(field) ?? [];
    const position = parsePosition(value);
    if (topic !== undefined && position !== null) {
      const ofTopic = positions.get(topic) ?? new Map<number, Position>();
      positions.set(topic, ofTopic.set(Number(partition), position));
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

function parsePosition(text: string): Position | null {
  try {
    return storedPosition.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
