// The same route with bentocache: memory before Redis, kept together by its bus. On the API's own
// HTTP server, so that only the caching differs.

import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';
import express from 'express';
import { createAppServer } from '../../api/create-app-server.ts';
import { listen, setting, timeToLiveSeconds } from './arm.ts';
import { readCities } from './city-rows.ts';

const { hostname: host, port, pathname } = new URL(setting('REDIS_URL'));
const connection = { host, port: Number(port), db: Number(pathname.slice(1)) };
const cache = new BentoCache({
  default: 'cities',
  stores: {
    cities: bentostore()
      .useL1Layer(memoryDriver({ maxSize: '50mb' }))
      .useL2Layer(redisDriver({ connection }))
      .useBus(redisBusDriver({ connection })),
  },
});

const app = express();
app.disable('x-powered-by').disable('etag');
app.get('/cities/:code', async (request, response) => {
  const { code } = request.params;
  const data = await cache.getOrSet({
    key: code,
    ttl: timeToLiveSeconds * 1000,
    factory: () => readCities(code),
  });
  response.json({ source: 'cache', data });
});

listen(createAppServer(app));
