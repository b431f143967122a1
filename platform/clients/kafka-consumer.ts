// Consumes from Kafka in batches, as one member of a consumer group.

import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { pause } from '../retry.ts';
import { asKafkaError, type KafkaClient, metadataMaxAgeMs } from './kafka.ts';
import { OffsetCommits, type OffsetCommitsOptions } from './kafka-commits.ts';

export interface IncomingMessage {
  offset: bigint;
  key: string | null;
  value: Buffer | null;
  headers: Record<string, string>;
}

export interface IncomingBatch {
  topic: string;
  partition: number;
  messages: readonly IncomingMessage[];
  /** Tells the group that this consumer lives; rejects once the partition is somebody else's. */
  keepAlive(): Promise<void>;
}

export interface ConsumerOptions {
  kafka: KafkaClient;
  groupId: string;
  topics: readonly string[];
  /** Only samples: fetches rarely and little at a time, keeps no offsets, begins at the end. */
  samples?: boolean;
  /** Resolving moves the offsets on; rejecting hands the same batch out again. */
  onBatch: (batch: IncomingBatch) => Promise<void>;
  /** The group has (re)assigned its partitions: topic → partitions that are ours. */
  onAssignment: (assignment: Record<string, number[]>) => void;
  /** kafkajs gave up; `final` when it will not restart by itself. */
  onCrash: (error: Error, final: boolean) => void;
  /** A sign of life: a fetch or a heartbeat went through. */
  onAlive: () => void;
  onCommits: OffsetCommitsOptions;
}

const rebalanceTimeoutMs = 30_000;
/** For the client: who joins a group is answered when all members have come, or are given up. */
export const groupSilenceMaxMs = rebalanceTimeoutMs + 5000;

const promptFetches = { minBytes: 1, maxWaitTimeInMs: 250 };
const sampledFetches = {
  minBytes: 256 * 1024,
  maxWaitTimeInMs: 2000,
  maxBytesPerPartition: 64 * 1024,
};

/**
 * So many partitions are worked on at once. The next fetch waits for all of the last one, and a
 * heartbeat of ours is a batch in every partition of every topic.
 */
const partitionsAtOnce = 32;
/** At a stop: so long for the commit; a batch that is under way is waited for until it ends. */
const finishMaxMs = 1000;

/**
 * Joins the group and consumes until `stop`. The offsets of a batch are committed after it, while
 * the next one is fetched: after a crash the last ones may be handed out again.
 */
export async function startConsumer(options: ConsumerOptions): Promise<() => Promise<void>> {
  const { samples = false } = options;
  const consumer = options.kafka.consumer({
    groupId: options.groupId,
    allowAutoTopicCreation: false,
    metadataMaxAge: metadataMaxAgeMs,
    ...(samples ? sampledFetches : promptFetches),
    sessionTimeout: 10_000,
    heartbeatInterval: 1000,
    rebalanceTimeout: rebalanceTimeoutMs,
    retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1000 },
  });
  consumer.on('consumer.group_join', ({ payload }) => {
    options.onAssignment(payload.memberAssignment);
  });
  consumer.on('consumer.heartbeat', options.onAlive);
  consumer.on('consumer.fetch', options.onAlive);
  const commits = new OffsetCommits(options.onCommits);
  consumer.on('consumer.crash', ({ payload }) => {
    commits.forget();
    options.onCrash(payload.error, !payload.restart);
  });
  // Before this member joins anew: the next owner begins where the commit says.
  consumer.on('consumer.rebalancing', () => void commits.now());
  let isEnding = false;
  const onBatch = async (payload: EachBatchPayload): Promise<void> => {
    await options.onBatch(toIncomingBatch(payload));
    if (samples) {
      return;
    }
    payload.resolveOffset(payload.batch.lastOffset());
    const committed = commits.request(payload);
    if (isEnding) {
      await committed;
    }
  };
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...options.topics] });
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: partitionsAtOnce,
      eachBatch: (payload) => onBatch(payload),
    });
  } catch (error) {
    await consumer.disconnect().catch(() => undefined);
    throw asKafkaError(error);
  }
  return async () => {
    isEnding = true;
    await Promise.race([commits.now(), pause(finishMaxMs)]);
    await consumer.disconnect();
  };
}

function toIncomingBatch({ batch, heartbeat }: EachBatchPayload): IncomingBatch {
  const { topic, partition, messages } = batch;
  return { topic, partition, messages: messages.map(toIncoming), keepAlive: heartbeat };
}

function toIncoming(message: KafkaMessage): IncomingMessage {
  const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [
    name,
    String(Array.isArray(value) ? value[0] : value),
  ]);
  return {
    offset: BigInt(message.offset),
    key: message.key === null ? null : message.key.toString(),
    value: message.value,
    headers: Object.fromEntries(headers),
  };
}
