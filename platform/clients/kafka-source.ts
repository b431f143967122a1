// Joins a consumer group and hands on its batches. While Kafka or the topics are away it keeps
// trying; when kafkajs gives up for good the process ends, so that a supervisor restarts it: a
// consumer that died silently is the worst that can happen.

import { describeError, TransientError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { retryForever } from '../retry.ts';
import type { Component } from '../run-process.ts';
import type { KafkaClient } from './kafka.ts';
import { type IncomingBatch, startConsumer } from './kafka-consumer.ts';
import { readPartitionCounts } from './kafka-topics.ts';

export interface KafkaSourceOptions {
  kafka: KafkaClient;
  groupId: string;
  topics: readonly string[];
  /** Only samples: see startConsumer. */
  samples?: boolean;
  onBatch: (batch: IncomingBatch) => Promise<void>;
  logger: Logger;
}

/** Longer without a fetch or a heartbeat, and this consumer is not consuming. */
const silenceMaxMs = 15_000;

export class KafkaSource implements Component {
  readonly name = 'kafka source';
  readonly #options: KafkaSourceOptions;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #stopConsumer: (() => Promise<void>) | undefined;
  #assignment: Record<string, number[]> = {};
  #lastSignMs = Number.NEGATIVE_INFINITY;
  #failure: string | null = null;

  constructor(options: KafkaSourceOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ component: 'kafka-source' });
  }

  get assignment(): Readonly<Record<string, number[]>> {
    return this.#assignment;
  }

  get isConsuming(): boolean {
    return performance.now() - this.#lastSignMs < silenceMaxMs && this.#failure === null;
  }

  get failure(): string | null {
    return this.#failure;
  }

  async start(): Promise<void> {
    this.#stopConsumer = await retryForever(() => this.#join(), {
      limits: { firstMs: 200, maxMs: 3000 },
      signal: this.#stopping.signal,
      onFailure: (error) => this.#complain(error),
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#stopConsumer?.();
  }

  async #join(): Promise<() => Promise<void>> {
    const { kafka, groupId, topics, samples = false, onBatch } = this.#options;
    const counts = await readPartitionCounts(kafka, topics);
    const missing = topics.filter((topic) => !counts.has(topic));
    if (missing.length > 0) {
      const message = `no topic ${missing.join(', ')} yet; npm run migrate creates what is missing`;
      throw new TransientError('kafka_unknown_topic', message);
    }
    return await startConsumer({
      kafka,
      groupId,
      topics,
      samples,
      onBatch,
      onAssignment: (assignment) => this.#joined(assignment),
      onAlive: () => this.#alive(),
      onCrash: (error, final) => this.#crashed(error, final),
      onCommits: {
        onFailing: (reason) => this.#commitsFail(reason),
        onResumed: () => this.#commitsGoOn(),
      },
    });
  }

  #joined(assignment: Record<string, number[]>): void {
    this.#assignment = assignment;
    this.#alive();
    const message = 'joined the consumer group';
    this.#logger.info({ event: 'kafka_source.joined', assignment }, message);
  }

  #alive(): void {
    this.#lastSignMs = performance.now();
    this.#failure = null;
  }

  #commitsFail(reason: string): void {
    const message =
      'can not commit its offsets: whoever takes over its partitions is handed out the same ' +
      `again, and flushes: ${reason}`;
    this.#logger.warn({ event: 'kafka_source.commits_failing' }, message);
  }

  #commitsGoOn(): void {
    this.#logger.info({ event: 'kafka_source.commits_resumed' }, 'commits its offsets again');
  }

  #complain(error: unknown): void {
    if (!(error instanceof TransientError)) {
      throw error;
    }
    if (this.#failure !== error.message) {
      this.#failure = error.message;
      const message = `can not consume yet, trying again: ${error.message}`;
      this.#logger.warn({ event: 'kafka_source.waiting', code: error.code }, message);
    }
  }

  #crashed(error: Error, final: boolean): void {
    if (this.#stopping.signal.aborted) {
      return;
    }
    this.#failure = describeError(error);
    if (!final) {
      const message = `lost Kafka, joining again: ${this.#failure}`;
      this.#logger.warn({ event: 'kafka_source.lost' }, message);
      return;
    }
    // Thrown outside of kafkajs, which would swallow it.
    setImmediate(() => {
      throw error;
    });
  }
}
