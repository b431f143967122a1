// The same route with async-cache-dedupe, its entries in Redis. On the API's own HTTP server, so
// that only the caching differs.

import { createCache } from 'async-cache-dedupe';
import express from 'express';
import { Redis } from 'ioredis';
import { createAppServer } from '../../api/create-app-server.ts';
import { listen, setting, timeToLiveSeconds } from './arm.ts';
import { type City, readCities } from './city-rows.ts';

const cache = createCache({
  ttl: timeToLiveSeconds,
  storage: { type: 'redis', options: { client: new Redis(setting('REDIS_URL')) } },
}).define('cities', (code: string) => readCities(code));

const app = express();
app.disable('x-powered-by').disable('etag');
app.get('/cities/:code', async (request, response) => {
  const data: City[] = await cache.cities(request.params.code);
  response.json({ source: 'cache', data });
});

listen(createAppServer(app));
