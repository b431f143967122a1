// Sends to Kafka. A send counts only when every partition that its messages went to has said so:
// kafkajs silently drops what goes to a partition that its producer does not know yet.

import type { Producer } from 'kafkajs';
import { TransientError } from '../errors.ts';
import { asKafkaError, type KafkaClient, metadataMaxAgeMs } from './kafka.ts';

export interface OutgoingMessage {
  key: string;
  value: string;
  headers: Record<string, string>;
  /** Where to; absent: the partition of its key. */
  partition?: number;
}

/** What the broker stored: the offset of the first message of one partition's share of a send. */
export interface Acknowledgement {
  topic: string;
  partition: number;
  baseOffset: bigint;
}

/** The producer's metadata names another number of partitions than the send was planned for. */
class PartitionCountChanged extends TransientError {
  constructor(topic: string) {
    super('kafka_partition_count_changed', `the partitions of ${topic} changed`);
  }
}

export interface PublisherOptions {
  kafka: KafkaClient;
  /** Which of `partitionCount` partitions a key goes to. */
  partitionOf: (key: string, partitionCount: number) => number;
}

/** One call at a time. */
export class Publisher {
  readonly #producer: Producer;
  /** Per topic, as the producer's own metadata said when it last sent. */
  readonly #partitionCounts = new Map<string, number>();
  /** The number of partitions that the send under way was planned for, where it matters. */
  #plannedCount: number | undefined;
  /** The partitions that the send under way asked for. */
  #askedPartitions = new Set<number>();
  #connected = false;

  constructor(options: PublisherOptions) {
    this.#producer = options.kafka.producer({
      allowAutoTopicCreation: false,
      metadataMaxAge: metadataMaxAgeMs,
      createPartitioner: () => (call) => {
        const count = call.partitionMetadata.length;
        this.#partitionCounts.set(call.topic, count);
        if (this.#plannedCount !== undefined && this.#plannedCount !== count) {
          throw new PartitionCountChanged(call.topic);
        }
        const { key, partition: named } = call.message;
        const partition = named ?? options.partitionOf(String(key), count);
        this.#askedPartitions.add(partition);
        return partition;
      },
    });
  }

  /**
   * Resolves when all in-sync replicas have every message (acks = all). Rejects when any part was
   * not acknowledged; other parts may be stored then.
   * @throws TransientError; code kafka_unknown_topic when the topic does not exist.
   */
  async send(topic: string, messages: readonly OutgoingMessage[]): Promise<Acknowledgement[]> {
    this.#askedPartitions = new Set();
    try {
      await this.#connect();
      const records = await this.#producer.send({ topic, acks: -1, messages: [...messages] });
      const acknowledgements = records.map((record) => ({
        topic: record.topicName,
        partition: record.partition,
        baseOffset: BigInt(record.baseOffset ?? '-1'),
      }));
      await this.#assertComplete(topic, acknowledgements);
      return acknowledgements;
    } catch (error) {
      throw asKafkaError(error);
    }
  }

  /** Sends one message to each partition that the producer knows of; the count is its own. */
  async sendToEveryPartition(
    topic: string,
    messageFor: (partitionCount: number) => OutgoingMessage,
  ): Promise<Acknowledgement[]> {
    for (;;) {
      const count = this.#partitionCounts.get(topic) ?? 1;
      const message = messageFor(count);
      this.#plannedCount = count;
      try {
        const messages = Array.from({ length: count }, (_, partition) => ({
          ...message,
          partition,
        }));
        return await this.send(topic, messages);
      } catch (error) {
        if (!(error instanceof PartitionCountChanged)) {
          throw error;
        }
      } finally {
        this.#plannedCount = undefined;
      }
    }
  }

  /** Drops the connections and what they know; the next send connects anew. */
  async disconnect(): Promise<void> {
    this.#connected = false;
    this.#partitionCounts.clear();
    await this.#producer.disconnect();
  }

  async #connect(): Promise<void> {
    if (!this.#connected) {
      await this.#producer.connect();
      this.#connected = true;
    }
  }

  async #assertComplete(topic: string, acknowledged: readonly Acknowledgement[]): Promise<void> {
    const got = new Set(acknowledged.map(({ partition }) => partition));
    const missing = [...this.#askedPartitions].filter((partition) => !got.has(partition));
    if (missing.length > 0 || got.size === 0) {
      await this.disconnect();
      const message = `${topic}: no acknowledgement from partition ${missing.join(', ')}`;
      throw new TransientError('kafka_incomplete_send', message);
    }
  }
}
