// POST /genres, PATCH and DELETE /genres/{id}: for admins.

import { z } from 'zod';
import { violatedConstraint } from '../../platform/clients/postgres.ts';
import type { Access } from '../endpoint.ts';
import type { WriteDatabase } from '../database.ts';
import { defineEndpoint, type Endpoint, jsonResponse, problemResponse } from '../endpoint.ts';
import { Problem } from '../problem.ts';
import { nameText, uuid } from '../writes/fields.ts';
import { idempotencyHeader, once } from '../writes/idempotency.ts';
import { jsonTypes, oneRow, patchTypes } from '../writes/rows.ts';
import { sendCreated, sendCurrent } from '../writes/send-made.ts';
import { deleteGenre, genreNameConstraint, insertGenre, renameGenre } from './write-queries.ts';

export interface GenreWriteOptions {
  database: WriteDatabase;
  access: Access;
  /** After a commit, so that the writer's next read is fresh. */
  forget: (id: string) => Promise<void>;
}

const tag = 'admin';
const params = z.object({ id: uuid.meta({ example: '6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0003' }) });
const bodySchema = z
  .strictObject({ name: nameText({ charactersMax: 100 }) })
  .meta({ id: 'GenreToWrite' });
const genreSchema = z.object({ id: z.guid(), name: z.string() }).meta({ id: 'WrittenGenre' });
const missing = 'There is no genre with this id.';

export function genreWriteEndpoints(options: GenreWriteOptions): Endpoint[] {
  return [createEndpoint(options), renameEndpoint(options), deleteEndpoint(options)];
}

function createEndpoint({ database, access, forget }: GenreWriteOptions): Endpoint {
  return defineEndpoint({
    method: 'post',
    path: '/genres',
    tag,
    summary: 'Make a genre',
    access,
    headers: z.object(idempotencyHeader),
    body: { schema: bodySchema, contentTypes: jsonTypes, example: { name: 'Film noir' } },
    responses: {
      201: jsonResponse('The genre', genreSchema),
      409: problemResponse('There is one of this name'),
    },
    handle: async ({ body, headers, response }) => {
      const key = headers['Idempotency-Key'];
      const genre = await refuseTakenName(
        database.transaction((transaction) => {
          const make = async () => oneRow(await insertGenre(transaction, body.name), missing);
          return once(transaction, { key, operation: 'POST /genres', body, response, make });
        }),
      );
      await forget(genre.id);
      sendCreated(response, genre, 'genres');
    },
  });
}

function renameEndpoint({ database, access, forget }: GenreWriteOptions): Endpoint {
  return defineEndpoint({
    method: 'patch',
    path: '/genres/{id}',
    tag,
    summary: 'Rename a genre',
    access,
    params,
    body: { schema: bodySchema, contentTypes: patchTypes, example: { name: 'Drama' } },
    responses: {
      200: jsonResponse('The genre', genreSchema),
      404: problemResponse('No such genre'),
      409: problemResponse('There is another one of this name'),
    },
    handle: async ({ params: { id }, body, response }) => {
      const genre = await refuseTakenName(
        database.transaction(async (transaction) =>
          oneRow(await renameGenre(transaction, id, body.name), missing),
        ),
      );
      await forget(id);
      sendCurrent(response, genre);
    },
  });
}

function deleteEndpoint({ database, access, forget }: GenreWriteOptions): Endpoint {
  return defineEndpoint({
    method: 'delete',
    path: '/genres/{id}',
    tag,
    summary: 'Delete a genre',
    description: 'Its films stay, without it.',
    access,
    params: z.object({ id: uuid }),
    responses: {
      204: { description: 'It is gone' },
      400: problemResponse('Not a UUID'),
      404: problemResponse('No such genre'),
    },
    handle: async ({ params: { id }, response }) => {
      const gone = await database.transaction((transaction) => deleteGenre(transaction, id));
      if (gone.length === 0) {
        throw new Problem(404, missing);
      }
      await forget(id);
      response.status(204).end();
    },
  });
}

async function refuseTakenName<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (violatedConstraint(error) === genreNameConstraint) {
      throw new Problem(409, 'There is a genre of this name already.');
    }
    throw error;
  }
}
