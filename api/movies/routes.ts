// GET /movies/{id}: one published film, through the cache.

import { z } from 'zod';
import type { Reader } from '../../cache/read-result.ts';
import type { AdminAccess } from '../auth/admin-access.ts';
import { canonicalCodeOf } from '../canonical-code.ts';
import type { Database } from '../database.ts';
import { defineEndpoint, type Endpoint, jsonResponse, problemResponse } from '../endpoint.ts';
import { notModifiedResponse, sendFound, sourcedSchema } from '../sourced-answer.ts';
import { sendToAdmin } from './admin-read.ts';
import { movieSchema } from './schemas.ts';
import { adminMovieSchema } from './write-schemas.ts';

export interface MovieEndpointOptions {
  movies: Reader;
  /** For admins, whose reads are never cached. */
  database: Database;
  admins: Pick<AdminAccess, 'isAdmin' | 'read'>;
}

export function movieEndpoint({ movies, database, admins }: MovieEndpointOptions): Endpoint {
  return defineEndpoint({
    path: '/movies/{id}',
    tag: 'movies',
    summary: 'One published film with its genres and people',
    description: 'With an admin’s token a draft as well, and the ETag for PATCH: never cached.',
    access: admins.read,
    params: z.object({
      id: canonicalCodeOf('movie', 'must be a UUID').meta({ format: 'uuid' }),
    }),
    responses: {
      200: jsonResponse('The film', z.union([sourcedSchema(movieSchema), adminMovieSchema])),
      304: notModifiedResponse,
      400: problemResponse('Not a UUID'),
      404: problemResponse('No such film, or not published'),
      503: problemResponse('The database does not respond'),
    },
    entries: movies,
    handle: async ({ params, request, response }) => {
      if (await admins.isAdmin(request)) {
        await sendToAdmin(response, { database, id: params.id });
        return;
      }
      const result = await movies.read(params.id);
      sendFound(response, result, 'There is no published film with this id.');
    },
  });
}
