// How the routes read cached resources: through Redis, or with ENABLE_CACHE=false straight from
// Postgres. Decided once at start; no read asks again.

import { DatabaseReader } from '../cache/database-reader.ts';
import { EntryReader, type Reader } from '../cache/entry-reader.ts';
import { EntryStore } from '../cache/entry-store.ts';
import { createCacheMetrics } from '../cache/metrics.ts';
import { type CachedResource, cachedResources } from '../contract/resources.ts';
import { RedisConnection } from '../platform/clients/redis.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Component } from '../platform/run-process.ts';
import { redisUrlOf } from '../platform/setting-fields.ts';
import { readPipelineLag, type ResourceHealth } from './health/pipeline-lag.ts';
import type { ServerProbe } from './health/server-checks.ts';
import type { ApiSettings } from './settings.ts';

export interface Reading {
  createReader(options: ReaderOptions): Reader;
  readonly components: readonly Component[];
  readonly probes: readonly ServerProbe[];
  readResources(): Promise<Record<string, ResourceHealth>>;
}

export interface ReaderOptions {
  resource: CachedResource;
  ttlSeconds: number;
  /** One statement, begun when it is called. */
  load: (code: string) => Promise<string>;
}

export interface ReadingOptions {
  settings: ApiSettings;
  logger: Logger;
  metrics: Metrics;
  databaseNowMs: () => number | null;
}

export function createReading(options: ReadingOptions): Reading {
  return options.settings.ENABLE_CACHE ? readCached(options) : readDatabase(options);
}

function readCached({ settings, logger, metrics, databaseNowMs }: ReadingOptions): Reading {
  const redis = new RedisConnection({
    url: redisUrlOf(settings),
    name: 'cinesync-api',
    deadlineMs: settings.REDIS_DEADLINE_MS,
    logger,
  });
  const store = new EntryStore({ redis, leaseMs: settings.LEASE_MS });
  const cacheMetrics = createCacheMetrics(metrics);
  return {
    createReader: (reader) =>
      new EntryReader({
        ...reader,
        store,
        leaseWaitMs: settings.LEASE_WAIT_MS,
        metrics: cacheMetrics,
      }),
    components: [
      { name: 'Redis', start: async () => redis.start(), stop: async () => redis.stop() },
    ],
    probes: [{ name: 'redis', neededForReadiness: true, ask: () => ping(redis) }],
    readResources: () =>
      readPipelineLag({
        redis: (...parts) => redis.command(...parts),
        topicNamespace: settings.TOPIC_NAMESPACE,
        boundMs: settings.STALENESS_BOUND_MS,
        databaseNowMs,
      }),
  };
}

async function ping(redis: RedisConnection): Promise<Record<string, unknown>> {
  await redis.command('PING');
  return {};
}

function readDatabase({ settings, metrics }: ReadingOptions): Reading {
  const cacheMetrics = createCacheMetrics(metrics);
  const health = {
    lag_ms: null,
    bound_ms: settings.STALENESS_BOUND_MS,
    bypass: 'the cache is switched off (ENABLE_CACHE=false)',
  };
  return {
    createReader: ({ resource, load }) =>
      new DatabaseReader({ resource, load, metrics: cacheMetrics }),
    components: [],
    probes: [],
    readResources: async () => {
      return Object.fromEntries(cachedResources.map(({ name }) => [name, health]));
    },
  };
}
