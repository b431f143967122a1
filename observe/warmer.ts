// Fills entries before anybody asks for them, by the way of every reader: under a lease, and only
// while the cache can be trusted. So it can never store what a reader could not have stored.

import { Registry } from 'prom-client';
import { DatabaseStateReader } from '../cache/database-state.ts';
import { EntryReader } from '../cache/entry-reader.ts';
import { EntryStore } from '../cache/entry-store.ts';
import { entryLoaders } from '../cache/loaders/entry-loaders.ts';
import { createCacheMetrics } from '../cache/metrics.ts';
import { cacheStatus } from '../cache/read-result.ts';
import { Trust } from '../cache/trust.ts';
import type { CachedResource, ResourceName } from '../contract/resources.ts';
import { TransientError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { pause } from '../platform/retry.ts';
import type { Observer } from './observer.ts';

export type Warmth = 'filled' | 'was there' | 'not stored';

export interface Warmer {
  warm(code: string): Promise<Warmth>;
  stop(): Promise<void>;
}

export interface WarmerOptions {
  observer: Observer;
  resource: CachedResource & { readonly name: ResourceName };
  ttlSeconds: number;
  logger: Logger;
}

/** Above the longest statement that the observer's connections allow. */
const leaseMs = 10_000;
const trustWaitMaxMs = 10_000;

/** @throws TransientError when the cache can not be trusted, and why. */
export async function startWarmer(options: WarmerOptions): Promise<Warmer> {
  const { observer, resource, ttlSeconds, logger } = options;
  const { redis, database, settings } = observer;
  const state = new DatabaseStateReader(database);
  const { topicNamespace, boundMs } = settings;
  const trust = new Trust({ redis, database: state, topicNamespace, boundMs, logger });
  await trust.start();
  const trusted = trust.of(resource);
  const untilMs = performance.now() + trustWaitMaxMs;
  while (trusted.bypass !== null) {
    if (performance.now() > untilMs) {
      await trust.stop();
      const why = `${resource.name} is read from Postgres (${trusted.bypass})`;
      throw new TransientError('cache_distrusted', `${why}; type: npx cinesync doctor`);
    }
    await pause(50);
  }
  const reader = new EntryReader({
    resource,
    store: new EntryStore({ redis, leaseMs }),
    trust: trusted,
    ttlSeconds,
    leaseWaitMs: 250,
    serveStaleOnError: false,
    metrics: createCacheMetrics(new Registry()),
    load: (code) => entryLoaders[resource.name](database, code),
    expectedIncarnation: () => state.latest?.incarnation ?? null,
    reconnect: () => database.renew(),
  });
  return {
    warm: async (code) => {
      const { status } = await reader.read(code);
      return status === cacheStatus.stored
        ? 'filled'
        : status === cacheStatus.hit
          ? 'was there'
          : 'not stored';
    },
    stop: () => trust.stop(),
  };
}
