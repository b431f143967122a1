// The step between source and sink: plan the batch, set aside what can not be read, and apply the
// plan until it is applied. A batch is never skipped: only then are its offsets committed.

import type { BatchTarget } from '../../cache/apply-batch.ts';
import { type CachedResource, cachedResources } from '../../contract/resources.ts';
import { updatesTopic } from '../../contract/topics.ts';
import type { IncomingBatch } from '../../platform/clients/kafka-consumer.ts';
import { describeError, TransientError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { retryForever } from '../../platform/retry.ts';
import type { Component } from '../../platform/run-process.ts';
import type { Span, Tracing } from '../../platform/tracing.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { CleanerMetrics } from './metrics.ts';
import { type BatchPlan, planBatch } from './plan.ts';
import type { RedisSink } from './redis-sink.ts';

export interface CleanerOptions {
  topicNamespace: string;
  sink: RedisSink;
  deadLetters: DeadLetters;
  metrics: CleanerMetrics;
  logger: Logger;
  tracing?: Tracing;
}

export class Cleaner implements Component {
  readonly name = 'cleaner';
  readonly #options: CleanerOptions;
  readonly #logger: Logger;
  readonly #resources: ReadonlyMap<string, CachedResource>;
  readonly #stopping = new AbortController();

  constructor(options: CleanerOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ component: 'cleaner' });
    this.#resources = new Map(
      cachedResources.map((resource) => [updatesTopic(resource, options.topicNamespace), resource]),
    );
  }

  get topics(): string[] {
    return [...this.#resources.keys()];
  }

  /** Rejects when the partition is no longer ours, or when asked to stop: nothing is committed. */
  async apply(batch: IncomingBatch): Promise<void> {
    const { topic, partition, messages } = batch;
    const resource = this.#resources.get(topic);
    if (resource === undefined) {
      throw new RangeError(`no resource has the topic ${topic}`);
    }
    const plan = planBatch(resource, messages);
    await this.#options.deadLetters.setAside({ topic, partition }, plan.unreadable);
    const spans = this.#startSpans(resource, batch);
    await this.#applyForever({ resource, topic, partition }, plan, batch.keepAlive);
    for (const span of spans) span.end();
    this.#options.metrics.count(resource, plan);
  }

  /** One for each message of a trace; it ends once Redis has acknowledged the DEL. */
  #startSpans(resource: CachedResource, { topic, partition, messages }: IncomingBatch): Span[] {
    const { tracing } = this.#options;
    if (tracing === undefined || !tracing.isOn) {
      return [];
    }
    return messages.flatMap(({ offset, key, headers }) => {
      const { traceparent: parent } = headers;
      const attributes = {
        'messaging.destination.name': topic,
        'messaging.destination.partition.id': String(partition),
        'messaging.kafka.offset': Number(offset),
        'messaging.kafka.message.key': key ?? '',
      };
      const options = { kind: 'consumer', parent, attributes } as const;
      return parent === undefined
        ? []
        : [tracing.startSpan(`invalidate ${resource.name}`, options)];
    });
  }

  /** Works when the source hands it a batch; there is nothing to start. */
  async start(): Promise<void> {}

  /** Ends a batch that waits for Redis, so that the source can leave its group. */
  async stop(): Promise<void> {
    this.#stopping.abort();
  }

  async #applyForever(
    target: BatchTarget,
    plan: BatchPlan,
    keepAlive: () => Promise<void>,
  ): Promise<void> {
    await retryForever(() => this.#options.sink.apply(target, plan, keepAlive), {
      limits: { firstMs: 50, maxMs: 1000 },
      signal: this.#stopping.signal,
      onFailure: async (error, failures) => {
        if (!(error instanceof TransientError)) {
          throw error;
        }
        if (failures === 1) {
          const fields = { event: 'cleaner.blocked', topic: target.topic, code: error.code };
          this.#logger.warn(fields, `invalidations wait: ${describeError(error)}`);
        }
        // Rejects once somebody else has the partition, which ends the retries.
        await keepAlive();
      },
    });
  }
}
