// Takes one batch to the sink and does not give up: everything is acknowledged, in the order flush,
// codes, heartbeat, before it resolves. Only losing the lead ends it early.

import type { Counter } from 'prom-client';
import { cachedResources, sourceResources } from '../../contract/resources.ts';
import { describeError, TransientError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { retryForever } from '../../platform/retry.ts';
import type { Component } from '../../platform/run-process.ts';
import type { Tracing } from '../../platform/tracing.ts';
import type { Batch } from './batch.ts';
import type { DueHeartbeat } from './heartbeat.ts';
import { planSend } from './plan-send.ts';
import type { Sink } from './sink.ts';
import { traceChanges } from './traced-changes.ts';

export interface DeliveryOptions {
  sink: Sink;
  logger: Logger;
  messagesPublished: Counter<'resource' | 'action'>;
  tracing?: Tracing;
}

const knownSources: ReadonlySet<string> = new Set(sourceResources.map(({ name }) => name));

export class Delivery implements Component {
  readonly name = 'delivery';
  readonly #options: DeliveryOptions;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  /** Sends never overlap, also not across a change of lead. */
  #last: Promise<void> = Promise.resolve();
  #prepared = false;
  #failure: { message: string; since: Date } | null = null;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ component: 'delivery' });
  }

  /** What keeps the sink from accepting messages, and since when; null while all is well. */
  get failure(): { message: string; since: Date } | null {
    return this.#failure;
  }

  /** What the sink acknowledged, now or earlier, may be gone. */
  get lostMessages(): boolean {
    return this.#options.sink.lostMessages;
  }

  forgetLoss(): void {
    this.#options.sink.forgetLoss();
  }

  get server(): Sink['server'] {
    return this.#options.sink.server;
  }

  /** A new lead begins. */
  beginLead(): void {
    this.#options.sink.beginLead();
  }

  /** Whether the sink has taken everything that was tried so far. */
  get isReady(): boolean {
    return this.#prepared && this.#failure === null;
  }

  /** Waits for the sink's server as long as it takes. */
  async start(): Promise<void> {
    await this.#insist(this.#stopping.signal, () => this.#options.sink.prepare());
    this.#prepared = true;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#options.sink.stop();
  }

  /** Rejects only when the signal aborts: then nothing of the batch may be counted as sent. */
  async deliver(batch: Batch, signal: AbortSignal): Promise<void> {
    const before = this.#last;
    const delivered = before.then(() => this.#deliver(batch, signal));
    this.#last = delivered.catch(() => undefined);
    await delivered;
  }

  async #deliver(batch: Batch, signal: AbortSignal): Promise<void> {
    if (batch.renewsIncarnation) {
      await this.#flushEverything(signal);
    }
    const traced = traceChanges(this.#options.tracing, batch.changes);
    const plan = planSend([...traced.changes, ...batch.notified], knownSources);
    this.#warnOf(plan);
    for (const { resource, messages, flushes } of plan.sends) {
      await this.#insist(signal, () => this.#options.sink.publish(resource, messages));
      const action = flushes ? 'flush' : 'invalidate';
      this.#count(resource.name, action, messages.length);
      if (flushes) {
        const fields = { event: 'delivery.flush', resource: resource.name };
        this.#logger.info(fields, `flushed every entry of ${resource.name}`);
      }
    }
    traced.end();
    // It would vouch for what is lost; the next one carries another incarnation.
    if (batch.heartbeat !== null && !this.lostMessages) {
      await this.#sendHeartbeats(batch.heartbeat, signal);
    }
  }

  async #flushEverything(signal: AbortSignal): Promise<void> {
    for (const resource of cachedResources) {
      await this.#insist(signal, () => this.#options.sink.publishFlush(resource));
      this.#count(resource.name, 'flush', 1);
    }
    const message = 'Postgres may have lost commits that were published: flushed every entry';
    this.#logger.warn({ event: 'delivery.incarnation_flush' }, message);
  }

  async #sendHeartbeats(due: DueHeartbeat, signal: AbortSignal): Promise<void> {
    const { atMs, incarnation, bypassed } = due;
    const heartbeats = cachedResources.map((resource) => {
      return { resource, atMs, incarnation, bypass: bypassed.has(resource.name) };
    });
    await this.#insist(signal, () => this.#options.sink.publishHeartbeats(heartbeats));
    for (const { name } of cachedResources) this.#count(name, 'heartbeat', 1);
  }

  async #insist(signal: AbortSignal, attempt: () => Promise<void>): Promise<void> {
    await retryForever(attempt, {
      limits: { firstMs: 50, maxMs: 2000 },
      signal,
      onFailure: (error) => this.#onFailure(error),
    });
    if (this.#failure !== null) {
      this.#failure = null;
      this.#logger.info(
        { event: 'delivery.resumed' },
        `${this.#options.sink.server} accepts messages again`,
      );
    }
  }

  async #onFailure(error: unknown): Promise<void> {
    if (!(error instanceof TransientError)) {
      throw error;
    }
    if (this.#failure === null) {
      const { server } = this.#options.sink;
      this.#failure = { message: describeError(error), since: new Date() };
      const message = `${server} does not accept messages; changes wait: ${error.message}`;
      this.#logger.error({ event: 'delivery.blocked', code: error.code }, message);
    }
    if (error.code === 'kafka_unknown_topic') {
      // A failure here is the same outage: the next try meets it again and says so.
      await this.#options.sink.prepare().catch(() => undefined);
    }
  }

  #warnOf(plan: ReturnType<typeof planSend>): void {
    for (const resource of plan.unknownResources) {
      const message = `${resource} is known in SQL but not in the registry: its changes go nowhere`;
      this.#logger.warn({ event: 'delivery.unknown_resource', resource }, message);
    }
    if (plan.ignoredCodes > 0) {
      const fields = { event: 'delivery.ignored_codes', count: plan.ignoredCodes };
      this.#logger.warn(fields, `${plan.ignoredCodes} codes can not name an entry`);
    }
  }

  #count(resource: string, action: string, messages: number): void {
    this.#options.messagesPublished.inc({ resource, action }, messages);
  }
}
