// Fields that bodies of several resources have, with the limits of what Postgres can store.

import { z } from 'zod';

/** Text that Postgres can hold: without NUL, without half of a surrogate pair. */
function text({ charactersMax }: { charactersMax: number }) {
  return z
    .string({ error: 'must be a text' })
    .max(charactersMax, `must have ${charactersMax} characters or fewer`)
    .refine((value) => !/[\0\p{Surrogate}]/u.test(value), 'holds a character that is none');
}

/** A text with something to see in it. */
export function nameText({ charactersMax }: { charactersMax: number }) {
  return text({ charactersMax }).regex(/\S/, 'must not be empty').min(1, 'must not be empty');
}

export const uuid = z.guid('must be a UUID').toLowerCase();

/** An image of ours, or of somebody else's. */
export const imageUrl = text({ charactersMax: 2000 })
  .regex(
    /^(\/image\/[A-Za-z0-9][A-Za-z0-9._-]{0,127}|https:\/\/[^\s"'<>\\]+)$/,
    'must be /image/… or an https address',
  )
  .meta({ example: '/image/bgr.svg' });
