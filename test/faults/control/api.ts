// The obvious API: get, else select and setex.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createClient } from '@redis/client';
import pg from 'pg';
import { cachedResource, entryKey, onlyCode } from '../../../contract/resources.ts';
import { live, setting } from './live.ts';
import { addresses } from './queries.ts';

const ttlSeconds = 320;
const pool = new pg.Pool({
  connectionString: setting('DATABASE_URL'),
  max: 10,
  connectionTimeoutMillis: 2000,
  query_timeout: 5000,
});
pool.on('error', () => undefined);
const redis = createClient({
  url: setting('REDIS_URL'),
  pingInterval: 1000,
  disableOfflineQueue: true,
  commandOptions: { timeout: 200 },
});
redis.on('error', () => undefined);
await redis.connect();

live(Number(setting('PORT')), (request, response) => {
  answer(request, response).catch(() => send(response, 503, '{}', ''));
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const address = addresses.find(({ path }) => path.test(request.url ?? ''));
  if (address === undefined) return send(response, 400, '{}', '');
  const code = address.path.exec(request.url ?? '')?.[1];
  const key = entryKey(cachedResource(address.resource), code ?? onlyCode);
  const cached = await redis.get(key).catch(() => null);
  if (cached !== null) return send(response, 200, cached, 'hit');
  const values = code === undefined ? [] : [code];
  const result = await pool.query<{ text: string }>(address.query, values);
  const text = result.rows[0]?.text ?? 'null';
  void redis.setEx(key, ttlSeconds, text).catch(() => null);
  send(response, 200, text, '');
}

function send(response: ServerResponse, status: number, text: string, cacheStatus: string): void {
  const body = `{"data":${text}}`;
  response.writeHead(text === 'null' ? 404 : status, {
    'content-length': Buffer.byteLength(body),
    'cache-status': `CineSync; ${cacheStatus}`,
  });
  response.end(body);
}
