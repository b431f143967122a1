// GET /persons/{id}: a person with their published films and roles, through the cache.

import { z } from 'zod';
import { personFilmsMax } from '../../cache/loaders/person.ts';
import type { Reader } from '../../cache/read-result.ts';
import { canonicalCodeOf } from '../canonical-code.ts';
import { defineEndpoint, type Endpoint, jsonResponse, problemResponse } from '../endpoint.ts';
import { filmFields, timeFields } from '../movies/schemas.ts';
import { notModifiedResponse, sendFound, sourcedSchema } from '../sourced-answer.ts';

export const personPageSchema = z
  .object({
    id: z.uuid(),
    full_name: z.string(),
    photo_url: z.string().nullable(),
    movies: z.array(
      z.object({
        ...filmFields,
        roles: z.array(z.string()).meta({ example: ['actor', 'director'] }),
        ...timeFields,
      }),
    ),
  })
  .meta({ id: 'PersonPage' });

export function personEndpoint(persons: Reader): Endpoint {
  return defineEndpoint({
    path: '/persons/{id}',
    tag: 'persons',
    summary: 'A person with their published films, newest first',
    description: `Of more than ${personFilmsMax} films, the newest.`,
    params: z.object({
      id: canonicalCodeOf('person', 'must be a UUID').meta({ format: 'uuid' }),
    }),
    responses: {
      200: jsonResponse('The person', sourcedSchema(personPageSchema)),
      304: notModifiedResponse,
      400: problemResponse('Not a UUID'),
      404: problemResponse('No such person'),
      503: problemResponse('The database does not respond'),
    },
    entries: persons,
    handle: async ({ params, response }) => {
      const result = await persons.read(params.id);
      sendFound(response, result, 'There is no person with this id.');
    },
  });
}
