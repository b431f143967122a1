// Applies batches to Redis, each attempt on one connection.

import { applyBatch, type BatchTarget, type FlushReason } from '../../cache/apply-batch.ts';
import type { CachedResource } from '../../contract/resources.ts';
import type { RedisConnection } from '../../platform/clients/redis.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Component } from '../../platform/run-process.ts';
import type { BatchPlan } from './plan.ts';

export interface RedisSinkOptions {
  redis: RedisConnection;
  /** The number of partitions that a topic has right now, freshly asked of Kafka. */
  countPartitions: (topic: string) => Promise<number | undefined>;
  onFlush: (resource: CachedResource, reason: FlushReason) => void;
  logger: Logger;
}

/** Applying is not answering a reader: a busy Redis may take its time. */
const deadlineMs = 5000;

export class RedisSink implements Component {
  readonly name = 'redis';
  readonly #options: RedisSinkOptions;
  readonly #logger: Logger;

  constructor(options: RedisSinkOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ component: 'redis-sink' });
  }

  async start(): Promise<void> {
    this.#options.redis.start();
  }

  async stop(): Promise<void> {
    this.#options.redis.stop();
  }

  /**
   * One attempt. Resolves when the position is recorded.
   * @throws TransientError when any part of it failed: nothing may be committed then.
   */
  async apply(
    target: BatchTarget,
    batch: BatchPlan,
    keepAlive: () => Promise<void>,
  ): Promise<void> {
    const { redis, countPartitions, onFlush } = this.#options;
    const attempt = { redis: redis.pin(deadlineMs), target, batch, countPartitions, keepAlive };
    const { flushed, droppedPositions } = await applyBatch(attempt);
    const { resource, topic, partition } = target;
    if (flushed !== null) {
      onFlush(resource, flushed);
      const fields = { event: 'redis_sink.flush', resource: resource.name, topic, partition };
      const message = `flushed every entry of ${resource.name}: ${flushed}`;
      this.#logger.info({ ...fields, reason: flushed }, message);
    }
    if (droppedPositions) {
      const message = `${topic} has fewer partitions than before: its positions start anew`;
      this.#logger.warn({ event: 'redis_sink.positions_dropped', topic }, message);
    }
  }
}
