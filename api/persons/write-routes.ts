// POST /persons, PATCH and DELETE /persons/{id}: for admins.

import { z } from 'zod';
import type { WriteDatabase } from '../database.ts';
import {
  type Access,
  defineEndpoint,
  type Endpoint,
  jsonResponse,
  problemResponse,
} from '../endpoint.ts';
import { Problem } from '../problem.ts';
import { imageUrl, nameText, uuid } from '../writes/fields.ts';
import { idempotencyHeader, once } from '../writes/idempotency.ts';
import { jsonTypes, oneRow, patchTypes } from '../writes/rows.ts';
import { sendCreated, sendCurrent } from '../writes/send-made.ts';
import { changePerson, deletePerson, insertPerson } from './write-queries.ts';

export interface PersonWriteOptions {
  database: WriteDatabase;
  access: Access;
  /** After a commit, so that the writer's next read is fresh. */
  forget: (id: string) => Promise<void>;
}

const tag = 'admin';
const fields = {
  full_name: nameText({ charactersMax: 200 }),
  photo_url: imageUrl.nullable().optional(),
};
const createSchema = z.strictObject(fields).meta({ id: 'PersonToMake' });
const changeSchema = z.strictObject(fields).partial().meta({ id: 'PersonPatch' });
const personSchema = z
  .object({ id: z.guid(), full_name: z.string(), photo_url: z.string().nullable() })
  .meta({ id: 'WrittenPerson' });
const missing = 'There is no person with this id.';

export function personWriteEndpoints(options: PersonWriteOptions): Endpoint[] {
  return [createEndpoint(options), changeEndpoint(options), deleteEndpoint(options)];
}

function createEndpoint({ database, access, forget }: PersonWriteOptions): Endpoint {
  return defineEndpoint({
    method: 'post',
    path: '/persons',
    tag,
    summary: 'Make a person',
    access,
    headers: z.object(idempotencyHeader),
    body: { schema: createSchema, contentTypes: jsonTypes, example: { full_name: 'Agnès Varda' } },
    responses: { 201: jsonResponse('The person', personSchema) },
    handle: async ({ body, headers, response }) => {
      const key = headers['Idempotency-Key'];
      const person = await database.transaction((transaction) => {
        const make = async () => oneRow(await insertPerson(transaction, body), missing);
        return once(transaction, { key, operation: 'POST /persons', body, response, make });
      });
      await forget(person.id);
      sendCreated(response, person, 'persons');
    },
  });
}

function changeEndpoint({ database, access, forget }: PersonWriteOptions): Endpoint {
  return defineEndpoint({
    method: 'patch',
    path: '/persons/{id}',
    tag,
    summary: 'Rename a person, or change the photo',
    access,
    params: z.object({ id: uuid }),
    body: { schema: changeSchema, contentTypes: patchTypes, example: { photo_url: null } },
    responses: {
      200: jsonResponse('The person', personSchema),
      404: problemResponse('No such person'),
    },
    handle: async ({ params: { id }, body, response }) => {
      const person = await database.transaction(async (transaction) =>
        oneRow(await changePerson(transaction, id, body), missing),
      );
      await forget(id);
      sendCurrent(response, person);
    },
  });
}

function deleteEndpoint({ database, access, forget }: PersonWriteOptions): Endpoint {
  return defineEndpoint({
    method: 'delete',
    path: '/persons/{id}',
    tag,
    summary: 'Delete a person',
    description: 'The films stay, without the person.',
    access,
    params: z.object({ id: uuid }),
    responses: {
      204: { description: 'It is gone' },
      400: problemResponse('Not a UUID'),
      404: problemResponse('No such person'),
    },
    handle: async ({ params: { id }, response }) => {
      const gone = await database.transaction((transaction) => deletePerson(transaction, id));
      if (gone.length === 0) {
        throw new Problem(404, missing);
      }
      await forget(id);
      response.status(204).end();
    },
  });
}
