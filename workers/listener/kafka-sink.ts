// Publishes one resource's messages to its topic. A topic that was made anew starts at offset 0
// again, and a cleaner may go on in it at its old number as if nothing were missing. It would go
// past a flush, too: a topic that turns out to be new is a loss that all later heartbeats tell of.

import { randomUUID } from 'node:crypto';
import { encodeFlush, encodeHeartbeat, type EncodedMessage } from '../../contract/messages.ts';
import type { CachedResource } from '../../contract/resources.ts';
import { topicDefinitions, updatesTopic } from '../../contract/topics.ts';
import type { KafkaClient } from '../../platform/clients/kafka.ts';
import type { Acknowledgement, Publisher } from '../../platform/clients/kafka-publisher.ts';
import { createMissingTopics } from '../../platform/clients/kafka-topics.ts';
import type { Logger } from '../../platform/logger.ts';
import { sendInChunks } from './send-in-chunks.ts';
import type { ResourceHeartbeat, Sink } from './sink.ts';

export interface KafkaSinkOptions {
  kafka: KafkaClient;
  publisher: Publisher;
  topicNamespace: string;
  logger: Logger;
}

export class KafkaSink implements Sink {
  readonly server = 'Kafka';
  readonly #options: KafkaSinkOptions;
  readonly #logger: Logger;
  /** Per topic and partition, the last offset acknowledged to this process. */
  readonly #lastOffsets = new Map<string, bigint>();
  #lostMessages = false;

  constructor(options: KafkaSinkOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ component: 'kafka-sink' });
  }

  get lostMessages(): boolean {
    return this.#lostMessages;
  }

  forgetLoss(): void {
    this.#lostMessages = false;
  }

  /** A cleaner's position is an offset, whoever leads. */
  beginLead(): void {}

  async publish(resource: CachedResource, messages: readonly EncodedMessage[]): Promise<void> {
    const topic = this.#topicOf(resource);
    await this.#send(topic, messages);
  }

  async publishFlush(resource: CachedResource): Promise<void> {
    const topic = this.#topicOf(resource);
    const flush = encodeFlush({ id: randomUUID(), committedAtMs: Date.now() });
    await this.#send(topic, [flush]);
  }

  /** To every partition that the producer itself knows of, and that count goes along. */
  async publishHeartbeats(heartbeats: readonly ResourceHeartbeat[]): Promise<void> {
    const all = heartbeats.map(({ resource, ...heartbeat }) => ({
      topic: this.#topicOf(resource),
      messageFor: (partitionCount: number) => encodeHeartbeat({ ...heartbeat, partitionCount }),
    }));
    this.#note(await this.#options.publisher.sendToEveryPartition(all));
  }

  /** Makes the topics that are missing; whether they ever were there nobody knows. */
  async prepare(): Promise<void> {
    const { kafka, topicNamespace } = this.#options;
    for (const topic of await createMissingTopics(kafka, topicDefinitions(topicNamespace))) {
      this.#logger.warn({ event: 'kafka_sink.topic_created', topic }, `created topic ${topic}`);
      this.#lostMessages = true;
    }
  }

  async stop(): Promise<void> {
    await this.#options.publisher.disconnect();
  }

  #topicOf(resource: CachedResource): string {
    return updatesTopic(resource, this.#options.topicNamespace);
  }

  async #send(topic: string, messages: readonly EncodedMessage[]): Promise<void> {
    const { publisher } = this.#options;
    const onAcknowledged = (acknowledged: readonly Acknowledgement[]) => this.#note(acknowledged);
    await sendInChunks({ publisher, topic, messages, onAcknowledged });
  }

  #note(acknowledged: readonly Acknowledgement[]): void {
    for (const { topic, partition, baseOffset } of acknowledged) {
      const where = `${topic}/${partition}`;
      const last = this.#lastOffsets.get(where);
      if (last !== undefined && baseOffset <= last) {
        this.#logger.warn({ event: 'kafka_sink.topic_renewed', topic }, `${topic} was made anew`);
        this.#lostMessages = true;
      }
      this.#lastOffsets.set(where, baseOffset);
    }
  }
}
