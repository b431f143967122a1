// Publishes events to their topics, over a connection to Kafka of its own: however many there are,
// and whatever is wrong with their topics, invalidations do not wait for them.

import { encodeEvent, type EventType } from '../../../contract/events.ts';
import { type EventTopics, eventTopic, eventTopicDefinitions } from '../../../contract/topics.ts';
import type { KafkaClient } from '../../../platform/clients/kafka.ts';
import type { Publisher } from '../../../platform/clients/kafka-publisher.ts';
import { createMissingTopics } from '../../../platform/clients/kafka-topics.ts';
import type { Logger } from '../../../platform/logger.ts';
import { sendInChunks } from '../send-in-chunks.ts';
import type { WaitingEvent } from './event-source.ts';

export interface EventSinkOptions {
  kafka: KafkaClient;
  publisher: Publisher;
  topics: EventTopics;
  logger: Logger;
}

export class EventSink {
  readonly #options: EventSinkOptions;

  constructor(options: EventSinkOptions) {
    this.#options = options;
  }

  /**
   * Events of one type, in order. Resolves when all in-sync replicas have all of them.
   * @throws TransientError; code kafka_unknown_topic when the topic does not exist.
   */
  async publish(type: EventType, events: readonly WaitingEvent[]): Promise<void> {
    const { publisher, topics } = this.#options;
    await sendInChunks({
      publisher,
      topic: eventTopic(type, topics),
      messages: events.map(encodeEvent),
    });
  }

  /** Makes the topics that are missing. */
  async prepare(): Promise<void> {
    const { kafka, topics, logger } = this.#options;
    for (const topic of await createMissingTopics(kafka, eventTopicDefinitions(topics))) {
      logger.warn({ event: 'event_sink.topic_created', topic }, `created topic ${topic}`);
    }
  }

  async stop(): Promise<void> {
    await this.#options.publisher.disconnect();
  }
}
