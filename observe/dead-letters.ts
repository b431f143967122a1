// The messages that a cleaner could not understand, as it kept them.

import type { CachedResource } from '../contract/resources.ts';
import { deadLetterTopic, updatesTopic } from '../contract/topics.ts';
import { scanTopic } from '../platform/clients/kafka-follower.ts';
import type { Observer } from './observer.ts';

export interface DeadLetter {
  /** The topic that keeps it. */
  topic: string;
  at: string;
  /** Where it came from: topic, partition, offset. */
  from: string;
  reason: string;
  value: string;
}

const shownMax = 100n;
const deadlineMs = 10_000;

export async function readDeadLetters(options: {
  kafka: NonNullable<Observer['kafka']>;
  resource: CachedResource;
  settings: Observer['settings'];
}): Promise<DeadLetter[]> {
  const { kafka, resource, settings } = options;
  const topic = deadLetterTopic(updatesTopic(resource, settings.topicNamespace));
  if ((await kafka.inspector.topics([topic])).length === 0) {
    return [];
  }
  const offsets = await kafka.inspector.offsets(topic);
  const ranges = offsets.map(({ first, next }, partition) => {
    const newest = next - shownMax;
    return { partition, from: newest > first ? newest : first, to: next };
  });
  const messages = await scanTopic({ kafka: kafka.client, topic, ranges, deadlineMs });
  return messages.map(({ sentAtMs, headers, value }) => ({
    topic,
    at: new Date(sentAtMs).toISOString(),
    from: `${headers.topic}/${headers.partition}@${headers.offset}`,
    reason: headers.reason ?? '',
    value,
  }));
}
