// What GET /movies takes. One schema checks it, types it and documents it.

import { z } from 'zod';
import { canonicalCodeOf } from '../canonical-code.ts';
import { pageParameters } from '../page-parameters.ts';
import { searchLimits, searchTerms } from './search-terms.ts';
import { sorts } from './sort-orders.ts';

const { charactersMax, wordsMax } = searchLimits;
const queryRule = `must be one text of at most ${charactersMax} characters and ${wordsMax} words`;

/** Nothing but blanks asks for no search; other text without any word finds nothing. */
const query = z
  .string({ error: queryRule })
  .max(charactersMax, queryRule)
  .transform((text) => (text.trim() === '' ? undefined : searchTerms(text)))
  .refine((terms) => terms === undefined || terms.length <= wordsMax, queryRule)
  .optional()
  .meta({
    type: 'string',
    maxLength: charactersMax,
    description:
      'Words of the title, the description or the names of people. Every word must be there, or ' +
      'a longer one that begins with it. Case, accents and apostrophes do not matter. When ' +
      'nothing is found, similar words of titles and names are.',
    example: 'godfather',
  });

function id(resource: 'genre' | 'person', what: string) {
  return canonicalCodeOf(resource, 'must be one UUID')
    .optional()
    .meta({ type: 'string', format: 'uuid', description: `Only films ${what}` });
}

function year(description: string) {
  const rule = 'must be one year from 1 to 9999';
  return z
    .string({ error: rule })
    .regex(/^\d{1,4}$/, rule)
    .transform(Number)
    .refine((value) => value >= 1, rule)
    .optional()
    .meta({ type: 'integer', minimum: 1, maximum: 9999, description });
}

const ratingRule = 'must be one number from 0 to 10';

const rating = z
  .string({ error: ratingRule })
  .regex(/^\d{1,2}(\.\d{1,4})?$/, ratingRule)
  .transform(Number)
  .refine((value) => value <= 10, ratingRule)
  .optional()
  .meta({ type: 'number', minimum: 0, maximum: 10, description: 'Only films rated so or better' });

export const listParameters = z.object({
  query,
  genre: id('genre', 'of this genre'),
  person: id('person', 'with this person, in any role'),
  year_from: year('Only films of this year or later'),
  year_to: year('Only films of this year or earlier'),
  rating_min: rating,
  sort: z
    .enum(sorts, { error: `must be one of ${sorts.join(', ')}` })
    .optional()
    .meta({
      description:
        'A minus sorts downwards. Without it: a search by relevance, else the newest first.',
    }),
  ...pageParameters,
});

export type ListParameters = z.output<typeof listParameters>;
