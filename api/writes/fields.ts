// Fields that bodies of several resources have, with the limits of what Postgres can store.

import { z } from 'zod';

/** Text that Postgres can hold: without NUL, without half of a surrogate pair. */
export function text({ charactersMax }: { charactersMax: number }) {
  return z
    .string({ error: 'must be a text' })
    .max(charactersMax, `must have ${charactersMax} characters or fewer`)
    .refine((value) => !/[\0\p{Surrogate}]/u.test(value), 'holds a character that is none');
}

/** A text with something to see in it. */
export function nameText({ charactersMax }: { charactersMax: number }) {
  return text({ charactersMax }).regex(/\S/, 'must not be empty').min(1, 'must not be empty');
}

export function wholeNumber({ min, max }: { min: number; max: number }) {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z.int(rule).min(min, rule).max(max, rule);
}

export const uuid = z.guid('must be a UUID').toLowerCase();

/** An image of ours, or of somebody else's. */
export const imageUrl = text({ charactersMax: 2000 })
  .regex(
    /^(\/image\/[A-Za-z0-9][A-Za-z0-9._-]{0,127}|https:\/\/[^\s"'<>\\[\]]+)$/,
    'must be /image/… or an https address',
  )
  .refine(
    (value) => value.startsWith('/') || URL.canParse(value),
    'must be /image/… or an https address',
  )
  .meta({ example: '/image/bgr.svg' });
