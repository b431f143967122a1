// The catalog's events as a subscriber finds them in Kafka, and what must hold of them: nothing is
// missing, nothing is made up, and a film's events are in order.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { connectKafka } from './kafka.ts';
import { eventually } from './eventually.ts';
import type { TestScope } from './processes.ts';

export interface SeenEvent {
  topic: string;
  partition: number;
  offset: string;
  film: string;
  id: string;
  type: string;
  sequence: number;
  value: string;
  headers: Record<string, string>;
}

export const eventTypes = ['created', 'updated', 'published', 'unpublished', 'deleted'];

export interface EventLogOptions {
  /** Of the pipeline, with the dot. */
  namespace: string;
  bootstrapServers?: string | undefined;
}

/** Reads the topics of all events, which must exist, from their beginning, and all that comes. */
export async function readEventLog(
  scope: TestScope,
  { namespace, bootstrapServers }: EventLogOptions,
): Promise<readonly SeenEvent[]> {
  const consumer = connectKafka(bootstrapServers).consumer({
    groupId: `events-${randomUUID()}`,
    maxWaitTimeInMs: 100,
  });
  const seen: SeenEvent[] = [];
  await consumer.connect();
  scope.after(() => consumer.disconnect());
  const topics = eventTypes.map((type) => `${namespace}catalog.movie.${type}`);
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, partition, message }) => {
      const headers = Object.fromEntries(
        Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
      );
      seen.push({
        topic,
        partition,
        offset: message.offset,
        film: String(message.key),
        id: headers.id ?? '',
        type: headers.type ?? '',
        sequence: Number(headers.sequence),
        value: String(message.value),
        headers,
      });
    },
  });
  return seen;
}

/** The topics appear with the first event of each type, where nobody made them before. */
export async function waitForEventTopics(options: EventLogOptions): Promise<void> {
  const admin = connectKafka(options.bootstrapServers).admin();
  await admin.connect();
  try {
    await eventually(
      async () => {
        const topics = await admin.listTopics();
        const isThere = (type: string) =>
          topics.includes(`${options.namespace}catalog.movie.${type}`);
        return eventTypes.every(isThere) || undefined;
      },
      { what: 'the topics of events', timeoutMs: 60_000 },
    );
  } finally {
    await admin.disconnect();
  }
}

/**
 * Every film has its events 1 to n, each under one id, whatever was sent again; within a topic
 * they come in order, on one partition.
 * @param last the last sequence number of each film, as the database has it
 */
export function assertWhole(
  seen: readonly SeenEvent[],
  last: ReadonlyMap<string, number>,
): { replays: number } {
  const idOf = new Map<string, string>();
  const owner = new Map<string, string>();
  const places = new Map<string, { partition: number; sequence: number }>();
  let replays = 0;
  for (const { topic, partition, film, id, sequence } of seen) {
    const event = `${film} ${sequence}`;
    const known = idOf.get(event);
    assert.equal(known ?? id, id, `${event} has one id`);
    assert.equal(owner.get(id) ?? event, event, `${id} is one event`);
    assert.ok(sequence >= 1 && sequence <= (last.get(film) ?? 0), `${event} was made up`);
    const place = places.get(`${topic} ${film}`);
    assert.equal(place?.partition ?? partition, partition, `${film} moved within ${topic}`);
    if (known === undefined) {
      const before = place?.sequence ?? 0;
      assert.ok(sequence > before, `${topic}: ${event} comes after ${before}`);
      places.set(`${topic} ${film}`, { partition, sequence });
      idOf.set(event, id);
      owner.set(id, event);
    } else {
      replays += 1;
    }
  }
  const expected = [...last.values()].reduce((sum, count) => sum + count, 0);
  assert.equal(idOf.size, expected, 'events that have arrived');
  return { replays };
}
