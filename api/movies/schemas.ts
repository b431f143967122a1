// The shapes of films in answers, for the document and for whoever checks an answer.

import { z } from 'zod';

export const genreSchema = z
  .object({ id: z.uuid(), name: z.string().meta({ example: 'Drama' }) })
  .meta({ id: 'Genre' });

const personSchema = z
  .object({
    id: z.uuid(),
    full_name: z.string(),
    photo_url: z.string().nullable(),
    role: z.string().meta({ example: 'director' }),
  })
  .meta({ id: 'Person' });

export const filmFields = {
  id: z.uuid(),
  title: z.string(),
  description: z.string().nullable(),
  year: z.int().nullable(),
  rating: z.number().min(0).max(10).nullable(),
  votes: z.int().min(0).meta({ description: 'How many the rating is the mean of' }),
  duration: z.int().nullable().meta({ description: 'Minutes' }),
  poster_url: z.string().nullable(),
};
export const timeFields = { created_at: z.iso.datetime(), updated_at: z.iso.datetime() };

export const movieSchema = z
  .object({
    ...filmFields,
    genres: z.array(genreSchema),
    persons: z.array(personSchema),
    ...timeFields,
  })
  .meta({ id: 'Movie' });

export const listedMovieSchema = z
  .object({ ...filmFields, ...timeFields })
  .meta({ id: 'ListedMovie' });

export const moviePageFields = {
  items: z.array(listedMovieSchema),
  total: z.int().min(0).meta({ description: 'Published films' }),
  page: z.int().min(1),
  size: z.int().min(1),
  pages: z.int().min(0),
};

export const moviePageSchema = z.object({
  ...moviePageFields,
  total: z.int().min(0).meta({ description: 'Films found; a search counts 5000 at most' }),
  total_capped: z
    .literal(true)
    .optional()
    .meta({ description: 'There when a search finds more than it counts: say more' }),
});
