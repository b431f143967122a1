// How the routes read cached resources: through Redis, or with ENABLE_CACHE=false straight from
// Postgres. Decided once at start; no read asks again.

import { DatabaseReader } from '../cache/database-reader.ts';
import type { DatabaseStateReader } from '../cache/database-state.ts';
import { EntryReader } from '../cache/entry-reader.ts';
import { EntryStore } from '../cache/entry-store.ts';
import type { Loaded } from '../cache/guarded-load.ts';
import { LocalEntries } from '../cache/local-entries.ts';
import { createCacheMetrics, registerMemoryGauges, registerTrustGauges } from '../cache/metrics.ts';
import type { Reader } from '../cache/read-result.ts';
import { RecentAnswers } from '../cache/recent-answers.ts';
import { Tracking } from '../cache/tracking.ts';
import { Trust } from '../cache/trust.ts';
import { type Problem, problem } from '../contract/problems.ts';
import { type CachedResource, cachedResources } from '../contract/resources.ts';
import { RedisConnection } from '../platform/clients/redis.ts';
import { describeError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Component } from '../platform/run-process.ts';
import { redisUrlOf } from '../platform/setting-fields.ts';
import type { ResourceHealth } from './health/schemas.ts';
import type { ServerProbe } from './health/server-checks.ts';
import type { ApiSettings } from './settings.ts';

export interface Reading {
  /** What holds the entries; absent where nothing is cached. */
  readonly redis: RedisConnection | undefined;
  createReader(options: ReaderOptions): Reader;
  readonly components: readonly Component[];
  readonly probes: readonly ServerProbe[];
  readResources(): Record<string, ResourceHealth>;
}

export interface ReaderOptions {
  resource: CachedResource;
  ttlSeconds: number;
  /** One statement, begun when it is called. */
  load: (code: string) => Promise<Loaded>;
}

export interface ReadingOptions {
  settings: ApiSettings;
  logger: Logger;
  metrics: Metrics;
  databaseState: DatabaseStateReader;
  /** A load has met another server than the one that the cache speaks for. */
  reconnect: () => void;
}

export function createReading(options: ReadingOptions): Reading {
  return options.settings.ENABLE_CACHE ? readCached(options) : readDatabase(options);
}

function readCached(options: ReadingOptions): Reading {
  const { settings, logger, metrics, databaseState, reconnect } = options;
  const redis = new RedisConnection({
    url: redisUrlOf(settings),
    name: 'cinesync-api',
    deadlineMs: settings.REDIS_DEADLINE_MS,
    tracking: settings.LOCAL_CACHE_ENTRIES > 0,
    logger,
  });
  const memory = createMemory({ settings, redis, metrics, logger });
  const trust = new Trust({
    redis,
    database: databaseState,
    topicNamespace: settings.TOPIC_NAMESPACE,
    boundMs: settings.STALENESS_BOUND_MS,
    tracking: memory?.tracking,
    logger,
  });
  registerTrustGauges(metrics, trust);
  const shared = {
    store: new EntryStore({ redis, leaseMs: settings.LEASE_MS }),
    leaseWaitMs: settings.LEASE_WAIT_MS,
    serveStaleOnError: settings.SERVE_STALE_ON_ERROR,
    memory,
    // What is kept in memory is finished there.
    recent: memory === undefined ? new RecentAnswers() : undefined,
    metrics: createCacheMetrics(metrics),
    expectedIncarnation: () => databaseState.latest?.incarnation ?? null,
    reconnect,
  };
  return {
    redis,
    createReader: (reader) =>
      new EntryReader({ ...reader, ...shared, trust: trust.of(reader.resource) }),
    components: [
      { name: 'Redis', start: async () => redis.start(), stop: async () => redis.stop() },
      trust,
    ],
    probes: [
      { name: 'redis', neededForReadiness: true, ask: () => ping(redis), explain: explainRedis },
    ],
    readResources: () =>
      healthOfEach((resource) => {
        const { lagMs, boundMs, bypass } = trust.of(resource);
        return { lag_ms: lagMs, bound_ms: boundMs, bypass };
      }),
  };
}

interface MemoryParts {
  settings: ApiSettings;
  redis: RedisConnection;
  metrics: Metrics;
  logger: Logger;
}

function createMemory({ settings, redis, metrics, logger }: MemoryParts) {
  if (settings.LOCAL_CACHE_ENTRIES === 0) {
    return undefined;
  }
  const tracking = new Tracking({ redis, logger });
  const entries = new LocalEntries({
    tracking,
    entriesMax: settings.LOCAL_CACHE_ENTRIES,
    bytesMax: settings.LOCAL_CACHE_MB * 1024 * 1024,
  });
  registerMemoryGauges(metrics, { tracking, entries });
  return { tracking, entries };
}

function explainRedis(error: unknown): Problem {
  return problem('redis-unreachable', describeError(error));
}

async function ping(redis: RedisConnection): Promise<Record<string, unknown>> {
  await redis.command('PING');
  return {};
}

function readDatabase({ settings, metrics }: ReadingOptions): Reading {
  const cacheMetrics = createCacheMetrics(metrics);
  return {
    redis: undefined,
    createReader: ({ resource, load }) =>
      new DatabaseReader({ resource, load, metrics: cacheMetrics }),
    components: [],
    probes: [],
    readResources: () =>
      healthOfEach(() => {
        return { lag_ms: null, bound_ms: settings.STALENESS_BOUND_MS, bypass: 'off' };
      }),
  };
}

function healthOfEach(
  health: (resource: CachedResource) => ResourceHealth,
): Record<string, ResourceHealth> {
  return Object.fromEntries(cachedResources.map((resource) => [resource.name, health(resource)]));
}
