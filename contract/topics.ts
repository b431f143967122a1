// The Kafka topics of the resources and of events. A namespace before every name lets several
// installations, and tests, share one Kafka.

import { type EventType, eventTypes } from './events.ts';
import { type CachedResource, cachedResources } from './resources.ts';

export interface TopicDefinition {
  topic: string;
  partitionCount: number;
  config: Record<string, string>;
}

/** Heartbeats are small but steady: a day is more than any consumer may be away. */
const updatesRetentionMs = 24 * 60 * 60 * 1000;
const deadLettersRetentionMs = 7 * updatesRetentionMs;

export function updatesTopic(resource: CachedResource, namespace: string): string {
  return namespace + resource.topic;
}

export function deadLetterTopic(topic: string): string {
  return `${topic}.dead`;
}

/** Every topic of the resources. */
export function topicDefinitions(namespace: string): TopicDefinition[] {
  return cachedResources.flatMap((resource) => {
    const topic = updatesTopic(resource, namespace);
    return [
      { topic, partitionCount: 3, config: { 'retention.ms': String(updatesRetentionMs) } },
      {
        topic: deadLetterTopic(topic),
        partitionCount: 1,
        config: { 'retention.ms': String(deadLettersRetentionMs) },
      },
    ];
  });
}

export interface EventTopics {
  /** Before every name, as for the resources. */
  namespace: string;
  /** Which catalog it is: `catalog` in catalog.movie.created. */
  prefix: string;
  /** How long an event can be read, published or not. */
  retentionHours: number;
}

export function eventTopic(type: EventType, { namespace, prefix }: EventTopics): string {
  return `${namespace}${prefix}.movie.${type}`;
}

export function eventTopicDefinitions(topics: EventTopics): TopicDefinition[] {
  const retentionMs = topics.retentionHours * 60 * 60 * 1000;
  return eventTypes.map((type) => ({
    topic: eventTopic(type, topics),
    partitionCount: 3,
    config: { 'retention.ms': String(retentionMs) },
  }));
}
