// Every address of the API except the pages under /docs: what is not listed here does not exist.

import { entryLoaders } from '../cache/loaders/entry-loaders.ts';
import { cachedResource } from '../contract/resources.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import { adminAccessOf } from './auth/create-admin-access.ts';
import { cityEndpoints } from './cities/routes.ts';
import type { Clients } from './clients.ts';
import { withOpenApi } from './docs/openapi.ts';
import type { Endpoint } from './endpoint.ts';
import { genreWriteEndpoints } from './genres/write-routes.ts';
import { healthEndpoints } from './health/routes.ts';
import type { ServerChecks } from './health/server-checks.ts';
import { imageEndpoints } from './images/routes.ts';
import { movieEndpoints } from './movies/routes.ts';
import { personWriteEndpoints } from './persons/write-routes.ts';
import type { Reading } from './reading.ts';
import type { ApiSettings } from './settings.ts';

export interface EndpointsOptions {
  settings: ApiSettings;
  logger: Logger;
  metrics: Metrics;
  clients: Clients;
  reading: Reading;
  checks: ServerChecks;
}

export function createEndpoints(options: EndpointsOptions): Endpoint[] {
  const { settings, logger, metrics, clients, reading, checks } = options;
  const { database, writeDatabase, objectStore } = clients;
  const admins = adminAccessOf({ settings, redis: reading.redis, logger });
  const writing = { database: writeDatabase, access: admins.write };
  const cities = reading.createReader({
    resource: cachedResource('city'),
    ttlSeconds: settings.CITY_TTL_SECONDS,
    load: (code) => entryLoaders.city(database, code),
  });
  const movies = reading.createReader({
    resource: cachedResource('movie'),
    ttlSeconds: settings.REDIS_CACHE_TTL,
    load: (id) => entryLoaders.movie(database, id),
  });
  return withOpenApi([
    ...cityEndpoints(cities),
    ...movieEndpoints({ movies, database }),
    ...genreWriteEndpoints(writing),
    ...personWriteEndpoints(writing),
    ...imageEndpoints({ objectStore, logger }),
    ...healthEndpoints({ checks, readResources: reading.readResources, metrics }),
  ]);
}
