// For admins: POST /movies, PATCH and DELETE /movies/{id}, POST /movies/{id}/publish, /unpublish.

import { z } from 'zod';
import type { Transaction } from '../../platform/clients/postgres.ts';
import type { WriteDatabase } from '../database.ts';
import {
  type Access,
  defineEndpoint,
  type Endpoint,
  jsonResponse,
  problemResponse,
} from '../endpoint.ts';
import { uuid } from '../writes/fields.ts';
import { ifMatchHeader, requireIfMatch } from '../writes/entity-tag.ts';
import { idempotencyHeader, once } from '../writes/idempotency.ts';
import { jsonTypes, patchTypes } from '../writes/rows.ts';
import { sendCreated, sendCurrent } from '../writes/send-made.ts';
import type { DropPoster } from './poster-object.ts';
import { changeFilm, makeFilm, publishFilm, removeFilm } from './film-writes.ts';
import { adminMovieSchema, filmPatch, filmToMake } from './write-schemas.ts';

export interface MovieWriteOptions {
  database: WriteDatabase;
  access: Access;
  /** After a commit, so that the writer's next read is fresh. */
  forget: (id: string) => Promise<void>;
  /** After a commit: the poster that the film had, if nobody shows it any more. */
  dropPoster: DropPoster;
}

const tag = 'admin';
const params = z.object({ id: uuid });
const headers = z.object(ifMatchHeader);
const changeResponses = {
  200: jsonResponse('The film as it is now; its ETag is in the header', adminMovieSchema),
  400: problemResponse('Not a UUID, or a header that is not understood'),
  404: problemResponse('No such film'),
  412: problemResponse('It has changed since it was read'),
};

export function movieWriteEndpoints(options: MovieWriteOptions): Endpoint[] {
  return [
    createEndpoint(options),
    changeEndpoint(options),
    publishEndpoint(options, 'publish'),
    publishEndpoint(options, 'unpublish'),
    deleteEndpoint(options),
  ];
}

function createEndpoint({ database, access, forget }: MovieWriteOptions): Endpoint {
  return defineEndpoint({
    method: 'post',
    path: '/movies',
    tag,
    summary: 'Make a film',
    description: 'It is a draft, which only admins see, until it is published.',
    access,
    headers: z.object(idempotencyHeader),
    body: {
      schema: filmToMake,
      contentTypes: jsonTypes,
      example: { title: 'Cléo de 5 à 7', year: 1962, rating: 7.8, votes: 1000, duration: 90 },
    },
    responses: { 201: jsonResponse('The film', adminMovieSchema) },
    handle: async ({ body, headers: { 'Idempotency-Key': key }, response }) => {
      const film = await database.transaction((transaction) => {
        const make = () => makeFilm(transaction, body);
        return once(transaction, { key, operation: 'POST /movies', body, response, make });
      });
      await forget(film.id);
      sendCreated(response, film, 'movies');
    },
  });
}

function changeEndpoint({ database, access, forget, dropPoster }: MovieWriteOptions): Endpoint {
  return defineEndpoint({
    method: 'patch',
    path: '/movies/{id}',
    tag,
    summary: 'Change a film',
    description:
      'A JSON Merge Patch (RFC 7396): null takes a value away, what is absent stays, a list is ' +
      'replaced as a whole. If-Match is required (RFC 6585), so that nobody undoes another’s ' +
      'change unseen: the ETag that a read with your token gave, or * to overwrite.',
    access,
    params,
    headers,
    body: { schema: filmPatch, contentTypes: patchTypes, example: { rating: 7.9 } },
    responses: { ...changeResponses, 428: problemResponse('There is no If-Match') },
    handle: async ({ params: { id }, headers: { 'If-Match': given }, body, response }) => {
      const ifMatch = requireIfMatch(given);
      const { made, oldPosterUrl } = await database.transaction((transaction) =>
        changeFilm(transaction, { id, ifMatch }, body),
      );
      await forget(id);
      await dropPoster(oldPosterUrl);
      sendCurrent(response, made);
    },
  });
}

function publishEndpoint(options: MovieWriteOptions, verb: 'publish' | 'unpublish'): Endpoint {
  const { database, access, forget } = options;
  return defineEndpoint({
    method: 'post',
    path: `/movies/{id}/${verb}`,
    tag,
    summary: verb === 'publish' ? 'Show a film to everybody' : 'Make a film a draft again',
    access,
    params,
    headers,
    responses: changeResponses,
    handle: async ({ params: { id }, headers: { 'If-Match': ifMatch }, response }) => {
      const film = await database.transaction((transaction: Transaction) =>
        publishFilm(transaction, { id, ifMatch }, verb === 'publish'),
      );
      await forget(id);
      sendCurrent(response, film);
    },
  });
}

function deleteEndpoint({ database, access, forget, dropPoster }: MovieWriteOptions): Endpoint {
  const { 200: _, ...refusals } = changeResponses;
  return defineEndpoint({
    method: 'delete',
    path: '/movies/{id}',
    tag,
    summary: 'Delete a film',
    access,
    params,
    headers,
    responses: { 204: { description: 'It is gone' }, ...refusals },
    handle: async ({ params: { id }, headers: { 'If-Match': ifMatch }, response }) => {
      const film = await database.transaction((transaction) =>
        removeFilm(transaction, { id, ifMatch }),
      );
      await forget(id);
      await dropPoster(film.poster_url);
      response.status(204).end();
    },
  });
}
