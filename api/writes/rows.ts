// From the one row that a write returns to what its answer shows.

import { z } from 'zod';
import type { Row } from '../../platform/clients/postgres.ts';
import { Problem } from '../problem.ts';
import type { Made } from './idempotency.ts';

export const jsonTypes = ['application/json'] as const;
/** A merge patch (RFC 7396): what is null is taken away, what is absent stays. */
export const patchTypes = ['application/merge-patch+json', 'application/json'] as const;

const madeRow = z.object({ id: z.string(), text: z.string() });

/** @throws Problem 404 where there is none. */
export function oneRow([row]: readonly Row[], missing: string): Made {
  if (row === undefined) {
    throw new Problem(404, missing);
  }
  return madeRow.parse(row);
}
