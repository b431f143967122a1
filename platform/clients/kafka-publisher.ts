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

/** One message for each partition of a topic, whose number the producer says. */
export interface MessageForAll {
  topic: string;
  messageFor: (partitionCount: number) => OutgoingMessage;
}

/** What goes to one topic in a send. */
interface Share {
  topic: string;
  messages: OutgoingMessage[];
  /** The number of partitions that it was planned for, where it matters. */
  plannedCount?: number;
}

/** One call at a time. */
export class Publisher {
  readonly #producer: Producer;
  /** Per topic, as the producer's own metadata said when it last sent. */
  readonly #partitionCounts = new Map<string, number>();
  /** What the send under way was planned for, by topic, where it matters. */
  #plannedCounts = new Map<string, number | undefined>();
  /** The partitions that the send under way asked for. */
  #asked = new Map<string, { topic: string; partition: number }>();
  #connected = false;

  constructor(options: PublisherOptions) {
    this.#producer = options.kafka.producer({
      allowAutoTopicCreation: false,
      metadataMaxAge: metadataMaxAgeMs,
      createPartitioner: () => (call) => {
        const { topic } = call;
        const count = call.partitionMetadata.length;
        this.#partitionCounts.set(topic, count);
        const planned = this.#plannedCounts.get(topic);
        if (planned !== undefined && planned !== count) {
          throw new PartitionCountChanged(topic);
        }
        const { key, partition: named } = call.message;
        const partition = named ?? options.partitionOf(String(key), count);
        this.#asked.set(`${topic}/${partition}`, { topic, partition });
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
    return await this.#send([{ topic, messages: [...messages] }]);
  }

  /** Sends to each partition that the producer knows of, of all the topics at once. */
  async sendToEveryPartition(all: readonly MessageForAll[]): Promise<Acknowledgement[]> {
    for (;;) {
      try {
        return await this.#send(all.map((one) => this.#shareFor(one)));
      } catch (error) {
        if (!(error instanceof PartitionCountChanged)) {
          throw error;
        }
      }
    }
  }

  #shareFor({ topic, messageFor }: MessageForAll): Share {
    const count = this.#partitionCounts.get(topic) ?? 1;
    const message = messageFor(count);
    const messages = Array.from({ length: count }, (_, partition) => ({ ...message, partition }));
    return { topic, messages, plannedCount: count };
  }

  async #send(shares: Share[]): Promise<Acknowledgement[]> {
    this.#asked = new Map();
    this.#plannedCounts = new Map(shares.map(({ topic, plannedCount }) => [topic, plannedCount]));
    try {
      await this.#connect();
      const topicMessages = shares.map(({ topic, messages }) => ({ topic, messages }));
      const records = await this.#producer.sendBatch({ acks: -1, topicMessages });
      const acknowledgements = records.map((record) => ({
        topic: record.topicName,
        partition: record.partition,
        baseOffset: BigInt(record.baseOffset ?? '-1'),
      }));
      await this.#assertComplete(acknowledgements);
      return acknowledgements;
    } catch (error) {
      throw asKafkaError(error);
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

  async #assertComplete(acknowledged: readonly Acknowledgement[]): Promise<void> {
    const missing = new Map(this.#asked);
    for (const { topic, partition } of acknowledged) missing.delete(`${topic}/${partition}`);
    if (missing.size > 0 || acknowledged.length === 0) {
      await this.disconnect();
      const [first] = missing.values();
      const from = [...missing.values()].filter(({ topic }) => topic === first?.topic);
      const partitions = from.map(({ partition }) => partition).join(', ');
      const message = `${first?.topic}: no acknowledgement from partition ${partitions}`;
      throw new TransientError('kafka_incomplete_send', message);
    }
  }
}
