// Every address of the API except the pages under /docs: what is not listed here does not exist.

import { createForgetEntry } from '../cache/forget-entry.ts';
import { entryLoaders } from '../cache/loaders/entry-loaders.ts';
import { cachedResource, onlyCode, type ResourceName } from '../contract/resources.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Tracing } from '../platform/tracing.ts';
import type { AdminAccess } from './auth/admin-access.ts';
import { cityEndpoints } from './cities/routes.ts';
import type { Clients } from './clients.ts';
import { withOpenApi } from './docs/openapi.ts';
import type { Endpoint } from './endpoint.ts';
import { genreEndpoints } from './genres/routes.ts';
import { genreWriteEndpoints } from './genres/write-routes.ts';
import { healthEndpoints } from './health/routes.ts';
import type { ServerChecks } from './health/server-checks.ts';
import { imageEndpoints } from './images/routes.ts';
import { movieListEndpoints } from './movies/list-routes.ts';
import { popularEndpoint } from './movies/popular.ts';
import { createDropPoster } from './movies/poster-object.ts';
import { posterEndpoints } from './movies/poster-routes.ts';
import { movieEndpoint } from './movies/routes.ts';
import { movieWriteEndpoints } from './movies/write-routes.ts';
import { personEndpoint } from './persons/routes.ts';
import { personWriteEndpoints } from './persons/write-routes.ts';
import type { Reading } from './reading.ts';
import type { ApiSettings } from './settings.ts';
import { traceLoads, traceWrites } from './traced.ts';

export interface EndpointsOptions {
  settings: ApiSettings;
  logger: Logger;
  metrics: Metrics;
  clients: Clients;
  reading: Reading;
  checks: ServerChecks;
  tracing: Tracing;
  admins: AdminAccess;
}

export function createEndpoints(options: EndpointsOptions): Endpoint[] {
  const { settings, logger, metrics, clients, reading, checks, tracing, admins } = options;
  const { database, listDatabase, writeDatabase, objectStore } = clients;
  const writing = { database: traceWrites(tracing, writeDatabase), access: admins.write };
  const forgetEntry = createForgetEntry({ redis: reading.redis, logger });
  const forgetOf = (name: ResourceName) => (code: string) =>
    forgetEntry(cachedResource(name), code);
  const forgetGenre = async (id: string) => {
    await Promise.all([forgetOf('genre')(id), forgetOf('genre_list')(onlyCode)]);
  };
  const dropPoster = createDropPoster({ database: writeDatabase, objectStore, logger });
  const movieWriting = { ...writing, forget: forgetOf('movie'), dropPoster };
  const readerOf = (name: ResourceName) =>
    reading.createReader({
      resource: cachedResource(name),
      ttlSeconds: name === 'city' ? settings.CITY_TTL_SECONDS : settings.REDIS_CACHE_TTL,
      load: traceLoads(tracing, name, (code) => entryLoaders[name](database, code)),
    });
  return withOpenApi([
    ...cityEndpoints(readerOf('city')),
    // Before the film by id: neither "popular" nor "search" is one.
    popularEndpoint(readerOf('movies_popular')),
    ...movieListEndpoints(listDatabase),
    movieEndpoint({ movies: readerOf('movie'), database, admins }),
    ...movieWriteEndpoints(movieWriting),
    ...posterEndpoints({ ...movieWriting, objectStore }),
    ...genreEndpoints({
      genres: readerOf('genre'),
      genreList: readerOf('genre_list'),
      database: listDatabase,
    }),
    ...genreWriteEndpoints({ ...writing, forget: forgetGenre }),
    personEndpoint(readerOf('person')),
    ...personWriteEndpoints({ ...writing, forget: forgetOf('person') }),
    ...imageEndpoints({ objectStore, logger }),
    ...healthEndpoints({ checks, readResources: reading.readResources, metrics }),
  ]);
}
