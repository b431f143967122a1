// What admins may say of a film. One shape validates, types and documents.

import { z } from 'zod';
import { imageUrl, nameText, text, uuid, wholeNumber } from '../writes/fields.ts';
import { movieSchema } from './schemas.ts';

const linksMax = 500;

const personLink = z
  .strictObject({ person_id: uuid, role: nameText({ charactersMax: 100 }) })
  .meta({ id: 'PersonLink', example: { person_id: somebody(), role: 'director' } });

function somebody(): string {
  return '00000000-0000-4000-8000-000000000001';
}

const fields = {
  title: nameText({ charactersMax: 500 }),
  description: text({ charactersMax: 10_000 }).nullable().optional(),
  year: wholeNumber({ min: 1800, max: 2200 }).nullable().optional(),
  rating: z
    .number('must be a number from 0 to 10')
    .min(0, 'must be a number from 0 to 10')
    .max(10, 'must be a number from 0 to 10')
    .nullable()
    .optional()
    .meta({ description: 'Kept with one decimal' }),
  votes: wholeNumber({ min: 0, max: 1_000_000_000 }).optional(),
  duration: wholeNumber({ min: 1, max: 100_000 })
    .nullable()
    .optional()
    .meta({ description: 'Minutes' }),
  poster_url: imageUrl.nullable().optional(),
  genre_ids: z
    .array(uuid, 'must be a list of UUIDs')
    .max(linksMax, `must name ${linksMax} or fewer`)
    .nullable()
    .optional()
    .meta({ description: 'All the genres it has from now on' }),
  persons: z
    .array(personLink, 'must be a list of persons with their roles')
    .max(linksMax, `must name ${linksMax} or fewer`)
    .nullable()
    .optional()
    .meta({ description: 'All the people and roles it has from now on' }),
};

export const filmToMake = z.strictObject(fields).meta({ id: 'MovieToMake' });
export const filmPatch = z.strictObject(fields).partial().meta({ id: 'MoviePatch' });

export type FilmToMake = z.output<typeof filmToMake>;
export type FilmPatch = z.output<typeof filmPatch>;

/** A film as an admin sees it, drafts included. */
export const adminMovieSchema = z
  .object({
    source: z.literal('database'),
    data: z.object({ ...movieSchema.shape, is_published: z.boolean() }).meta({ id: 'AdminMovie' }),
  })
  .meta({ id: 'AdminMovieAnswer' });
