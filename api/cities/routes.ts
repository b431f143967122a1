// GET /cities/{code}: all cities of a country, through the cache.

import { z } from 'zod';
import type { Reader } from '../../cache/read-result.ts';
import { canonicalCodeOf } from '../canonical-code.ts';
import { defineEndpoint, type Endpoint, jsonResponse, problemResponse } from '../endpoint.ts';
import { notModifiedResponse, sendSourced, sourcedSchema } from '../sourced-answer.ts';

const citiesSchema = z
  .array(
    z
      .object({
        name: z.string().meta({ example: 'Dobric' }),
        population: z.int().min(0).meta({ example: 111001 }),
      })
      .meta({ id: 'City' }),
  )
  .meta({ description: 'Biggest first. Empty for a country that has no city here.' });

export function cityEndpoints(cities: Reader): Endpoint[] {
  return [
    defineEndpoint({
      path: '/cities/{code}',
      tag: 'cities',
      summary: 'The cities of a country',
      params: z.object({
        code: canonicalCodeOf('city', 'must be three letters, like BGR').meta({
          description: 'ISO 3166-1 alpha-3, in capitals or not',
          example: 'BGR',
        }),
      }),
      responses: {
        200: jsonResponse('Its cities', sourcedSchema(citiesSchema)),
        304: notModifiedResponse,
        400: problemResponse('Not a country code'),
        503: problemResponse('The database does not respond'),
      },
      entries: cities,
      handle: async ({ params, response }) => sendSourced(response, await cities.read(params.code)),
    }),
  ];
}
