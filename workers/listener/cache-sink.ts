// For installations without Kafka: applies every message to the cache at once, under the same rule
// as a cleaner. A lead numbers its batches; a new lead continues nobody's numbers, and so flushes.

import { randomUUID } from 'node:crypto';
import { applyBatch, type InvalidationBatch } from '../../cache/apply-batch.ts';
import { deletePositions, readPositions } from '../../cache/position.ts';
import { type EncodedMessage, everyCode } from '../../contract/messages.ts';
import { type CachedResource, entryKey } from '../../contract/resources.ts';
import { updatesTopic } from '../../contract/topics.ts';
import type { RedisConnection } from '../../platform/clients/redis.ts';
import { TransientError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { ResourceHeartbeat, Sink } from './sink.ts';

export interface CacheSinkOptions {
  redis: RedisConnection;
  topicNamespace: string;
  logger: Logger;
}

/** There are no partitions without Kafka; one position per resource is enough. */
const partition = 0;
const partitionCount = 1;
const deadlineMs = 5000;

export class CacheSink implements Sink {
  readonly server = 'Redis';
  /** A Redis that lost something has lost the position with it. */
  readonly lostMessages = false;
  readonly #options: CacheSinkOptions;
  readonly #logger: Logger;
  #leadId = randomUUID();
  /** Per topic, how many batches this lead has applied. */
  readonly #applied = new Map<string, number>();

  constructor(options: CacheSinkOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ component: 'cache-sink' });
  }

  async prepare(): Promise<void> {
    const { redis } = this.#options;
    redis.start();
    if (!redis.isReady) {
      throw new TransientError('redis_connecting', 'Redis: not connected yet');
    }
  }

  beginLead(): void {
    this.#leadId = randomUUID();
    this.#applied.clear();
  }

  forgetLoss(): void {}

  async publish(resource: CachedResource, messages: readonly EncodedMessage[]): Promise<void> {
    const codes = messages.map((message) => message.key);
    await this.#apply(resource, {
      keys: codes.filter((code) => code !== everyCode).map((code) => entryKey(resource, code)),
      flushes: codes.includes(everyCode),
      heartbeats: [],
    });
  }

  async publishFlush(resource: CachedResource): Promise<void> {
    await this.#apply(resource, { keys: [], flushes: true, heartbeats: [] });
  }

  async publishHeartbeats(heartbeats: readonly ResourceHeartbeat[]): Promise<void> {
    for (const { resource, ...heartbeat } of heartbeats) {
      const complete = { ...heartbeat, partitionCount };
      await this.#apply(resource, { keys: [], flushes: false, heartbeats: [complete] });
    }
  }

  async stop(): Promise<void> {
    this.#options.redis.stop();
  }

  async #apply(
    resource: CachedResource,
    what: Pick<InvalidationBatch, 'keys' | 'flushes' | 'heartbeats'>,
  ): Promise<void> {
    const topic = updatesTopic(resource, this.#options.topicNamespace);
    const redis = this.#options.redis.pin(deadlineMs);
    const applied = this.#applied.get(topic) ?? 0;
    if (applied === 0) {
      // Positions of the partitions of a Kafka that was used before would never move again.
      const before = (await readPositions(redis)).get(topic);
      await deletePositions(redis, topic, before?.keys() ?? []);
    }
    const { flushed } = await applyBatch({
      redis,
      target: { resource, topic, partition },
      batch: { ...what, continues: this.#number(applied), next: this.#number(applied + 1) },
      countPartitions: async () => partitionCount,
      keepAlive: async () => undefined,
    });
    this.#applied.set(topic, applied + 1);
    if (flushed !== null) {
      const fields = { event: 'cache_sink.flush', resource: resource.name, reason: flushed };
      this.#logger.info(fields, `flushed every entry of ${resource.name}: ${flushed}`);
    }
  }

  #number(count: number): string {
    return `${this.#leadId}:${count}`;
  }
}
