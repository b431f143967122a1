// The query parameters of every list that has pages.

import { z } from 'zod';
import { firstPage } from '../cache/loaders/genre.ts';

const pageMax = 10_000;
const sizeMax = 100;

export const pageParameters = {
  page: wholeNumber(pageMax, 1),
  size: wholeNumber(sizeMax, firstPage.size),
};

function wholeNumber(max: number, standard: number) {
  const rule = `must be one whole number from 1 to ${max}`;
  return z
    .string({ error: rule })
    .regex(/^\d{1,9}$/, rule)
    .transform(Number)
    .refine((value) => value >= 1 && value <= max, rule)
    .default(standard)
    .meta({ type: 'integer', minimum: 1, maximum: max, default: standard });
}
