// Applies one batch to Redis: check the position, delete, flush, record the position. One attempt
// belongs to one connection; whatever fails, the next attempt starts at the check again, because a
// reconnect may have led to another server, which missed what the first one was told.

import { deleteEntries, flushEntries } from '../../cache/invalidate.ts';
import {
  deletePositions,
  readPositions,
  type TopicPositions,
  writePosition,
} from '../../cache/position.ts';
import type { CachedResource } from '../../contract/resources.ts';
import type { RedisCommands, RedisConnection } from '../../platform/clients/redis.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Component } from '../../platform/run-process.ts';
import { type BatchPlan, type FlushReason, flushReason, positionAfter } from './plan.ts';

export interface RedisSinkOptions {
  redis: RedisConnection;
  /** The number of partitions that a topic has right now, freshly asked of Kafka. */
  countPartitions: (topic: string) => Promise<number | undefined>;
  onFlush: (resource: CachedResource, reason: FlushReason) => void;
  logger: Logger;
}

export interface BatchTarget {
  resource: CachedResource;
  topic: string;
  partition: number;
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
  async apply(target: BatchTarget, plan: BatchPlan, keepAlive: () => Promise<void>): Promise<void> {
    const redis = this.#options.redis.pin(deadlineMs);
    const positions = await readPositions(redis, target.topic);
    const stored = positions.get(target.partition);
    const reason = flushReason(plan, stored);
    if (reason === null) {
      await deleteEntries(redis, plan.keys);
    } else {
      await flushEntries(redis, target.resource, keepAlive);
      this.#reportFlush(target, reason);
    }
    await this.#dropPartitionsThatAreGone(redis, target, plan, positions);
    await writePosition(redis, target, positionAfter(plan, stored));
  }

  /** A topic made anew with fewer partitions would leave positions that never move again. */
  async #dropPartitionsThatAreGone(
    redis: RedisCommands,
    { topic }: BatchTarget,
    plan: BatchPlan,
    positions: TopicPositions,
  ): Promise<void> {
    const announced = plan.heartbeats.at(-1)?.partitionCount;
    const highest = Math.max(...positions.keys());
    if (announced === undefined || highest < announced) {
      return;
    }
    const actual = await this.#options.countPartitions(topic);
    if (actual !== undefined && highest >= actual) {
      await deletePositions(redis, topic, positions.keys());
      const message = `${topic} has fewer partitions than before: its positions start anew`;
      this.#logger.warn({ event: 'redis_sink.positions_dropped', topic }, message);
    }
  }

  #reportFlush({ resource, topic, partition }: BatchTarget, reason: FlushReason): void {
    this.#options.onFlush(resource, reason);
    const fields = { event: 'redis_sink.flush', resource: resource.name, topic, partition, reason };
    this.#logger.info(fields, `flushed every entry of ${resource.name}: ${reason}`);
  }
}
