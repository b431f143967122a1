// GET /movies/{id}: one published film, through the cache.

import { z } from 'zod';
import type { Reader } from '../../cache/read-result.ts';
import { canonicalCodeOf } from '../canonical-code.ts';
import { defineEndpoint, type Endpoint, jsonResponse, problemResponse } from '../endpoint.ts';
import { sendFound, sourcedSchema } from '../sourced-answer.ts';
import { movieSchema } from './schemas.ts';

export function movieEndpoint(movies: Reader): Endpoint {
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
    entries: movies,
    handle: async ({ params, response }) => {
      const result = await movies.read(params.id);
      sendFound(response, result, 'There is no published film with this id.');
    },
  });
}
