// The obvious API: get, else select and setex.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createClient } from '@redis/client';
import pg from 'pg';
import { live, setting } from './live.ts';

const cities = `
  select coalesce('[' || string_agg(row_to_json(entry)::text, ',') || ']', '[]') as text
    from (select name, population from city where countrycode = $1
           order by population desc, name) as entry`;
const film = `
  select coalesce((select row_to_json(film)::text from (
    select duration,
      (select coalesce(json_agg(json_build_object('name', name)), '[]') from movie_genres
         join genres on genres.id = genre_id where movie_id = movies.id) as genres,
      (select coalesce(json_agg(json_build_object('full_name', full_name)), '[]')
         from movie_persons join persons on persons.id = person_id
        where movie_id = movies.id) as persons
      from movies where id = $1 and is_published) as film), 'null') as text`;

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
  const [, kind, code = ''] = (request.url ?? '').split('/');
  const key = (kind === 'cities' ? 'cities_' : 'movie_') + code;
  const cached = await redis.get(key).catch(() => null);
  if (cached !== null) return send(response, 200, cached, 'hit');
  const result = await pool.query<{ text: string }>(kind === 'cities' ? cities : film, [code]);
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
