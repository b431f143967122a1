// Reads topics beside everybody else: with a consumer group of its own that is gone afterwards, and
// without keeping offsets. For people who look on; nothing that must arrive is read this way.

import { randomUUID } from 'node:crypto';
import { asKafkaError, type KafkaClient } from './kafka.ts';

export interface FollowedMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** When its producer sent it, on its clock. */
  readonly sentAtMs: number;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface FollowOptions {
  kafka: KafkaClient;
  topics: readonly string[];
  /** Where to begin, by topic and partition; elsewhere at the end. */
  from?: readonly { topic: string; partition: number; offset: bigint }[];
  onMessage: (message: FollowedMessage) => void;
  /** How long a question waits at the broker for messages; they end the wait. */
  waitMs?: number;
}

/** Resolves once it is reading; with what ends it. */
export async function followTopics(options: FollowOptions): Promise<() => Promise<void>> {
  const { kafka, topics, from = [], onMessage, waitMs = 100 } = options;
  const groupId = `cinesync-observer-${randomUUID()}`;
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    minBytes: 1,
    maxWaitTimeInMs: waitMs,
  });
  const joined = new Promise<void>((resolve) => consumer.on('consumer.fetch', () => resolve()));
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics] });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch: { topic, partition, messages } }) => {
        for (const message of messages) {
          onMessage({
            topic,
            partition,
            offset: BigInt(message.offset),
            sentAtMs: Number(message.timestamp),
            key: message.key?.toString() ?? '',
            value: message.value?.toString() ?? '',
            headers: textHeaders(message.headers ?? {}),
          });
        }
      },
    });
    for (const { topic, partition, offset } of from) {
      consumer.seek({ topic, partition, offset: String(offset) });
    }
    await joined;
  } catch (error) {
    await consumer.disconnect().catch(() => undefined);
    throw asKafkaError(error);
  }
  return async () => {
    await consumer.disconnect();
    await forgetGroup(kafka, groupId);
  };
}

function textHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    String(Array.isArray(value) ? value[0] : value),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Kafka forgets an empty group by itself, too, only later. */
async function forgetGroup(kafka: KafkaClient, groupId: string): Promise<void> {
  const admin = kafka.admin({ retry: { retries: 1 } });
  try {
    await admin.connect();
    await admin.deleteGroups([groupId]);
  } catch {
    // It was never made, or Kafka is away.
  } finally {
    await admin.disconnect();
  }
}

export interface ScanOptions {
  kafka: KafkaClient;
  topic: string;
  /** By partition: from this offset up to, and without, the other. */
  ranges: readonly { partition: number; from: bigint; to: bigint }[];
  deadlineMs: number;
}

/** The messages of the ranges, in order within each partition; fewer when the deadline passes. */
export async function scanTopic(options: ScanOptions): Promise<FollowedMessage[]> {
  const { kafka, topic } = options;
  const open = new Map(
    options.ranges.filter(({ from, to }) => from < to).map(({ partition, to }) => [partition, to]),
  );
  const found: FollowedMessage[] = [];
  if (open.size === 0) {
    return found;
  }
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const deadline = setTimeout(finish, options.deadlineMs);
  const stop = await followTopics({
    kafka,
    topics: [topic],
    from: options.ranges.map(({ partition, from }) => ({ topic, partition, offset: from })),
    onMessage: (message) => {
      const to = open.get(message.partition);
      if (to === undefined || message.offset >= to) {
        return;
      }
      found.push(message);
      if (message.offset + 1n === to) {
        open.delete(message.partition);
      }
      if (open.size === 0) {
        finish();
      }
    },
  });
  await finished;
  clearTimeout(deadline);
  await stop();
  return found;
}
