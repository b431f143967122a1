// The obvious cache: get, parse, res.json; on a miss select and setex. On Express as it comes.

import express from 'express';
import { createClient } from '@redis/client';
import { createServer } from 'node:http';
import { listen, setting, timeToLiveSeconds } from './arm.ts';
import { readCities } from './city-rows.ts';

const redis = createClient({ url: setting('REDIS_URL') });
redis.on('error', () => undefined);
await redis.connect();

const app = express();
app.get('/cities/:code', async (request, response) => {
  const key = `aside_${request.params.code}`;
  const cached = await redis.get(key);
  if (cached !== null) {
    response.json({ source: 'cache', data: JSON.parse(cached) as unknown });
    return;
  }
  const data = await readCities(request.params.code);
  await redis.setEx(key, timeToLiveSeconds, JSON.stringify(data));
  response.json({ source: 'database', data });
});

listen(createServer(app));
