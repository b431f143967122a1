// GET /movies/{id}: one published film, through the cache. GET /movies: the list, from Postgres.

import { z } from 'zod';
import type { Reader } from '../../cache/read-result.ts';
import { canonicalCodeOf } from '../canonical-code.ts';
import type { Database } from '../database.ts';
import {
  defineEndpoint,
  type Endpoint,
  jsonResponse,
  problemResponse,
  sendJson,
} from '../endpoint.ts';
import { pageParameters } from '../page-parameters.ts';
import { sendFound, sourcedSchema } from '../sourced-answer.ts';
import { loadMoviePage } from './queries.ts';
import { moviePageSchema, movieSchema } from './schemas.ts';

export interface MovieEndpointsOptions {
  movies: Reader;
  database: Database;
}

export function movieEndpoints(options: MovieEndpointsOptions): Endpoint[] {
  return [listEndpoint(options), oneEndpoint(options)];
}

function listEndpoint({ database }: MovieEndpointsOptions): Endpoint {
  return defineEndpoint({
    path: '/movies',
    tag: 'movies',
    summary: 'Published films, newest first',
    description: 'Straight from the database. Parameters that are not listed here are ignored.',
    query: z.object(pageParameters),
    responses: {
      200: jsonResponse('One page; empty after the last', moviePageSchema),
      400: problemResponse('Not a page or a size'),
      503: problemResponse('The database does not respond'),
    },
    handle: async ({ query: { page, size }, response }) => {
      const { total, items } = await loadMoviePage(database, { page, size });
      const pages = Math.ceil(total / size);
      const rest = `"total":${total},"page":${page},"size":${size},"pages":${pages}`;
      sendJson(response, `{"items":${items},${rest}}`);
    },
  });
}

function oneEndpoint({ movies }: MovieEndpointsOptions): Endpoint {
  return defineEndpoint({
    path: '/movies/{id}',
    tag: 'movies',
    summary: 'One published film with its genres and people',
    params: z.object({
      id: canonicalCodeOf('movie', 'must be a UUID').meta({ format: 'uuid' }),
    }),
    responses: {
      200: jsonResponse('The film', sourcedSchema(movieSchema)),
      400: problemResponse('Not a UUID'),
      404: problemResponse('No such film, or not published'),
      503: problemResponse('The database does not respond'),
    },
    handle: async ({ params, response }) => {
      const result = await movies.read(params.id);
      sendFound(response, result, 'There is no published film with this id.');
    },
  });
}
