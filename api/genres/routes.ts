// GET /genres: all of them. GET /genres/{id}/movies: one with a page of its films. The first page
// of the usual size goes through the cache; any other is loaded for its request.

import { z } from 'zod';
import { firstPage, loadGenrePage, type PageAsked } from '../../cache/loaders/genre.ts';
import { cacheStatus, type Reader, ReadResult } from '../../cache/read-result.ts';
import { onlyCode } from '../../contract/resources.ts';
import { canonicalCodeOf } from '../canonical-code.ts';
import type { Database } from '../database.ts';
import { defineEndpoint, type Endpoint, jsonResponse, problemResponse } from '../endpoint.ts';
import { genreSchema, moviePageFields } from '../movies/schemas.ts';
import { pageParameters } from '../page-parameters.ts';
import { notModifiedResponse, sendFound, sendSourced, sourcedSchema } from '../sourced-answer.ts';

export interface GenreEndpointsOptions {
  genres: Reader;
  genreList: Reader;
  database: Database;
}

export function genreEndpoints(options: GenreEndpointsOptions): Endpoint[] {
  return [listEndpoint(options), moviesEndpoint(options)];
}

function listEndpoint({ genreList }: GenreEndpointsOptions): Endpoint {
  return defineEndpoint({
    path: '/genres',
    tag: 'genres',
    summary: 'All genres, by name',
    responses: {
      200: jsonResponse('The genres', sourcedSchema(z.array(genreSchema))),
      304: notModifiedResponse,
      503: problemResponse('The database does not respond'),
    },
    handle: async ({ response }) => sendSourced(response, await genreList.read(onlyCode)),
  });
}

export const genrePageSchema = z
  .object({ ...genreSchema.shape, ...moviePageFields })
  .meta({ id: 'GenrePage' });

function moviesEndpoint(options: GenreEndpointsOptions): Endpoint {
  return defineEndpoint({
    path: '/genres/{id}/movies',
    tag: 'genres',
    summary: 'A genre with its published films, newest first',
    description: `Cached is the first page of ${firstPage.size}; others come from the database.`,
    params: z.object({
      id: canonicalCodeOf('genre', 'must be a UUID').meta({ format: 'uuid' }),
    }),
    query: z.object(pageParameters),
    responses: {
      200: jsonResponse('One page; empty after the last', sourcedSchema(genrePageSchema)),
      304: notModifiedResponse,
      400: problemResponse('Not a UUID, a page or a size'),
      404: problemResponse('No such genre'),
      503: problemResponse('The database does not respond'),
    },
    handle: async ({ params, query, response }) => {
      const result = await readPage(options, params.id, query);
      sendFound(response, result, 'There is no genre with this id.');
    },
  });
}

async function readPage(
  { genres, database }: GenreEndpointsOptions,
  id: string,
  asked: PageAsked,
): Promise<ReadResult> {
  if (asked.page === firstPage.page && asked.size === firstPage.size) {
    return await genres.read(id);
  }
  const { text } = await loadGenrePage(database, id, asked);
  return new ReadResult({ source: 'database', text, status: cacheStatus.bypass('page') });
}
