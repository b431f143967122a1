// GET /movies/popular: the most popular published films, through the cache.

import { z } from 'zod';
import { popularFilmsMax } from '../../cache/loaders/movies-popular.ts';
import type { Reader } from '../../cache/read-result.ts';
import { onlyCode } from '../../contract/resources.ts';
import { defineEndpoint, type Endpoint, jsonResponse, problemResponse } from '../endpoint.ts';
import { notModifiedResponse, sendSourced, sourcedSchema } from '../sourced-answer.ts';
import { listedMovieSchema } from './schemas.ts';

export function popularEndpoint(popular: Reader): Endpoint {
  return defineEndpoint({
    path: '/movies/popular',
    tag: 'movies',
    summary: `The ${popularFilmsMax} most popular published films`,
    description:
      'By rating, of which a few votes count little: each film begins with 10,000 votes for 6.3. ' +
      'Films that nobody has rated are last.',
    responses: {
      200: jsonResponse('Most popular first', sourcedSchema(z.array(listedMovieSchema))),
      304: notModifiedResponse,
      503: problemResponse('The database does not respond'),
    },
    handle: async ({ response }) => sendSourced(response, await popular.read(onlyCode)),
  });
}
