// A write that carries an Idempotency-Key happens once: whoever repeats it within a day, at the
// same time or on another process, gets the answer that the first one got.

import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { z } from 'zod';
import type { Transaction } from '../../platform/clients/postgres.ts';
import { subjectOf } from '../auth/admin-access.ts';
import { Problem } from '../problem.ts';
import {
  claimKey,
  forgetExpiredAnswers,
  type IdempotencyKey,
  keepAnswer,
  readKnownAnswer,
} from './queries.ts';

export const idempotencyHeader = {
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
    .optional()
    .meta({
      description:
        'Sent again with the same body within 24 hours, it gets the same answer and changes ' +
        'nothing; with another body it gets 422.',
      example: '9f0c1f0e-6f51-4d0b-8f0b-0d5e1b7c2a11',
    }),
};

const madeSchema = z.object({ id: z.string(), text: z.string(), etag: z.string().optional() });

/** What was made: its id, and its representation as JSON text. */
export type Made = z.output<typeof madeSchema>;

export interface OnceOptions {
  key: string | undefined;
  /** The key is one of this operation and this caller alone. */
  operation: string;
  body: unknown;
  response: Response;
  make: () => Promise<Made>;
}

export async function once(transaction: Transaction, options: OnceOptions): Promise<Made> {
  const { key, operation, body, response, make } = options;
  if (key === undefined) {
    return await make();
  }
  const requestHash = createHash('sha256').update(JSON.stringify(body)).digest();
  const claimed = { subject: subjectOf(response), operation, key, requestHash };
  await forgetExpiredAnswers(transaction);
  if (!(await claimKey(transaction, claimed))) {
    return await repeat(transaction, claimed);
  }
  const made = await make();
  await keepAnswer(transaction, claimed, made);
  return made;
}

async function repeat(transaction: Transaction, claimed: IdempotencyKey): Promise<Made> {
  const { requestHash, answer } = await readKnownAnswer(transaction, claimed);
  if (!requestHash.equals(claimed.requestHash)) {
    throw new Problem(422, 'This Idempotency-Key has been used for another body.');
  }
  return madeSchema.parse(answer);
}
