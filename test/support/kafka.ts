// Kafka from outside: what a topic holds, in the order in which a consumer sees it.

import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { eventually } from './eventually.ts';
import type { TestScope } from './processes.ts';
import { servers } from './servers.ts';

export interface SeenMessage {
  partition: number;
  offset: string;
  key: string;
  value: string;
  headers: Record<string, string>;
}

export interface TopicWatch {
  /** All so far, heartbeats left out. */
  readonly messages: readonly SeenMessage[];
  readonly heartbeats: readonly SeenMessage[];
  /** The first message at or after an index that satisfies the condition. */
  waitFor(
    what: string,
    condition: (message: SeenMessage) => boolean,
    since?: number,
  ): Promise<SeenMessage>;
  /** Waits until everything committed before this moment of the database clock has been seen. */
  waitForHeartbeat(databaseMs: number): Promise<void>;
}

export function connectKafka(bootstrapServers = servers().KAFKA_BOOTSTRAP_SERVERS): Kafka {
  return new Kafka({
    brokers: bootstrapServers.split(','),
    clientId: 'cinesync-test',
    logLevel: logLevel.NOTHING,
  });
}

/** A namespace whose topics and groups go away with the test. */
export function createTopicNamespace(scope: TestScope, bootstrapServers?: string): string {
  const namespace = `t${randomUUID().slice(0, 8)}.`;
  scope.after(async () => {
    const admin = connectKafka(bootstrapServers).admin();
    await admin.connect();
    try {
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(namespace));
      await admin.deleteTopics({ topics });
    } finally {
      await admin.disconnect();
    }
  });
  return namespace;
}

/** Reads a topic from its beginning, and everything that comes. The topic must exist. */
export async function watchTopic(scope: TestScope, topic: string): Promise<TopicWatch> {
  const consumer = connectKafka().consumer({
    groupId: `watch-${randomUUID()}`,
    minBytes: 1,
    maxWaitTimeInMs: 100,
  });
  const messages: SeenMessage[] = [];
  const heartbeats: SeenMessage[] = [];
  await consumer.connect();
  scope.after(() => consumer.disconnect());
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      const seen = {
        partition,
        offset: message.offset,
        key: message.key?.toString() ?? '',
        value: message.value?.toString() ?? '',
        headers: Object.fromEntries(
          Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
        ),
      };
      (seen.headers.type === 'heartbeat' ? heartbeats : messages).push(seen);
    },
  });
  return {
    messages,
    heartbeats,
    waitFor: (what, condition, since = 0) =>
      eventually(() => messages.slice(since).find(condition), { what: `${topic}: ${what}` }),
    waitForHeartbeat: async (databaseMs) => {
      const late = heartbeats.length;
      await eventually(
        () => {
          const beating = heartbeats
            .slice(Math.max(0, late - 1))
            .filter(({ headers }) => Number(headers.at) > databaseMs);
          const partitions = new Set(beating.map(({ partition }) => partition));
          const expected = Number(beating[0]?.headers.partitions);
          return partitions.size === expected ? true : undefined;
        },
        { what: `${topic}: a heartbeat after ${databaseMs} everywhere`, timeoutMs: 60_000 },
      );
    },
  };
}
