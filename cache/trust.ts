// Whether entries may be used at all. Polls the positions on the very connection that carries the
// reads, and the database beside it; what comes out is one moment per resource, so that a hit pays
// one comparison. Whenever anything is unknown, entries are not used.

import { type CachedResource, cachedResources } from '../contract/resources.ts';
import { updatesTopic } from '../contract/topics.ts';
import type { RedisConnection } from '../platform/clients/redis.ts';
import { describeError, TransientError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { pause } from '../platform/retry.ts';
import type { Component } from '../platform/run-process.ts';
import type { DatabaseStateReader } from './database-state.ts';
import { type BypassReason, distrust, type Freshness, judgeFreshness } from './freshness.ts';
import { readPositions, type TopicPositions } from './position.ts';
import type { Tracking } from './tracking.ts';

export interface TrustOptions {
  redis: Pick<RedisConnection, 'command' | 'generation' | 'onReconnect'>;
  database: Pick<DatabaseStateReader, 'latest' | 'read' | 'reconnect'>;
  topicNamespace: string;
  boundMs: number;
  logger: Logger;
  /** Learns from each poll whether Redis tells what changes. */
  tracking?: Pick<Tracking, 'told' | 'polled'> | undefined;
}

const redisPollMs = 250;
/** A restarted database is noticed within this; while something is wrong, sooner. */
const databasePollMs = 2000;

export class Trust implements Component {
  readonly name = 'trust';
  readonly #options: TrustOptions;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #resources: ReadonlyMap<string, TrustedResource>;
  #polling: Promise<unknown> = Promise.resolve();

  constructor(options: TrustOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ component: 'trust' });
    this.#resources = new Map(
      cachedResources.map((resource) => [
        resource.name,
        new TrustedResource(updatesTopic(resource, options.topicNamespace), options.boundMs),
      ]),
    );
    // What was polled on one connection says nothing about the server behind the next.
    options.redis.onReconnect(() => this.#distrustAll('redis'));
  }

  /** For the hot path: read `trustedUntilMs` and `reason` of it at every request. */
  of(resource: CachedResource): TrustedResource {
    const trusted = this.#resources.get(resource.name);
    if (trusted === undefined) {
      throw new RangeError(`${resource.name} is not a cached resource`);
    }
    return trusted;
  }

  async start(): Promise<void> {
    this.#polling = Promise.all([
      this.#repeat(
        () => this.#pollRedis(),
        () => redisPollMs,
      ),
      this.#repeat(
        () => this.#pollDatabase(),
        () => this.#databasePauseMs(),
      ),
    ]);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#polling;
  }

  async #repeat(poll: () => Promise<void>, pauseMs: () => number): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await poll();
      } catch (error) {
        // A poll that fails leaves the last one to expire; /health tells which server is away.
        if (!(error instanceof TransientError)) {
          this.#logger.error({ event: 'trust.poll_failed', error }, describeError(error));
        }
      }
      this.#reportChanges();
      await pause(pauseMs(), signal);
    }
  }

  async #pollRedis(): Promise<void> {
    const { redis, database, tracking } = this.#options;
    const { generation } = redis;
    const toldBefore = tracking?.told ?? 0;
    const polledAtMs = performance.now();
    const positions = await readPositions((...parts) => redis.command(...parts));
    if (generation !== redis.generation) {
      return;
    }
    tracking?.polled(toldBefore, positions);
    const answeredAtMs = performance.now();
    for (const resource of this.#resources.values()) {
      resource.judge({ positions, polledAtMs, answeredAtMs, database: database.latest });
    }
  }

  async #pollDatabase(): Promise<void> {
    const { database } = this.#options;
    await database.read();
    const foreign = [...this.#resources.values()].some(({ reason }) => reason === 'incarnation');
    if (foreign) {
      // The heartbeats are old, or this connection leads to a primary that was replaced.
      database.reconnect();
    }
  }

  #databasePauseMs(): number {
    const reasons = [...this.#resources.values()].map(({ bypass }) => bypass);
    return reasons.every((reason) => reason === null) ? databasePollMs : redisPollMs;
  }

  #distrustAll(reason: BypassReason): void {
    for (const resource of this.#resources.values()) {
      resource.distrust(reason);
    }
  }

  #reportChanges(): void {
    for (const [name, resource] of this.#resources) {
      const change = resource.takeChange();
      const fields = { resource: name, lagMs: resource.lagMs };
      if (change === 'trusted') {
        this.#logger.info({ event: 'trust.restored', ...fields }, `${name} is read from the cache`);
      } else if (change !== null) {
        const message = `${name} is read from Postgres: ${change}`;
        this.#logger.warn({ event: 'trust.bypass', reason: change, ...fields }, message);
      }
    }
  }
}

interface Judgement {
  positions: ReadonlyMap<string, TopicPositions>;
  polledAtMs: number;
  answeredAtMs: number;
  database: DatabaseStateReader['latest'];
}

/** The state of one resource. */
export class TrustedResource {
  readonly #topic: string;
  readonly #boundMs: number;
  #freshness: Freshness = distrust('redis');
  #trustedSinceMs = Number.POSITIVE_INFINITY;
  /** Per partition: the heartbeat seen last, and when it was first seen. */
  readonly #seen = new Map<number, { atMs: number; changedAtMs: number }>();
  #reported: BypassReason | 'trusted' | null = null;

  constructor(topic: string, boundMs: number) {
    this.#topic = topic;
    this.#boundMs = boundMs;
  }

  /** On the clock of performance.now(): entries may be used before it. */
  get trustedUntilMs(): number {
    return this.#freshness.trustedUntilMs;
  }

  /** On the same clock: since when there has been no bypass, while there is none. */
  get trustedSinceMs(): number {
    return this.#trustedSinceMs;
  }

  /** Why entries are not used from then on. */
  get reason(): BypassReason {
    return this.#freshness.reason;
  }

  get lagMs(): number | null {
    return this.#freshness.lagMs;
  }

  get boundMs(): number {
    return this.#boundMs;
  }

  /** Null while entries are used. */
  get bypass(): BypassReason | null {
    return performance.now() < this.trustedUntilMs ? null : this.reason;
  }

  judge({ positions, polledAtMs, answeredAtMs, database }: Judgement): void {
    const own: TopicPositions = positions.get(this.#topic) ?? new Map();
    const changedAtMs = new Map<number, number>();
    for (const [partition, { heartbeat }] of own) {
      const atMs = heartbeat?.atMs ?? 0;
      const seen = this.#seen.get(partition);
      const current = seen?.atMs === atMs ? seen : { atMs, changedAtMs: polledAtMs };
      this.#seen.set(partition, current);
      changedAtMs.set(partition, current.changedAtMs);
    }
    const boundMs = this.#boundMs;
    if (this.bypass !== null) {
      this.#trustedSinceMs = answeredAtMs;
    }
    this.#freshness = judgeFreshness({
      positions: own,
      changedAtMs,
      database,
      polledAtMs,
      answeredAtMs,
      boundMs,
    });
  }

  distrust(reason: BypassReason): void {
    this.#freshness = distrust(reason, this.#freshness.lagMs);
  }

  /** What it has become since the last call; null when nothing changed. */
  takeChange(): BypassReason | 'trusted' | null {
    const now = this.bypass ?? 'trusted';
    const changed = now !== this.#reported;
    this.#reported = now;
    return changed ? now : null;
  }
}
