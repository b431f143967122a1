// The answers that are kept for a repeated Idempotency-Key.

import { z } from 'zod';
import type { Transaction } from '../../platform/clients/postgres.ts';

export interface IdempotencyKey {
  subject: string;
  operation: string;
  key: string;
  requestHash: Buffer;
}

/** Waits for whoever is about to commit the same key. */
const claim = `
  insert into idempotent_answers as known (subject, operation, key, request_hash)
  values ($1, $2, $3, $4)
  on conflict (subject, operation, key) do update
    set request_hash = excluded.request_hash, answer = null, created_at = now()
    where known.created_at < now() - interval '24 hours'
  returning true
`;

/** Whether the key is new, or forgotten by now. */
export async function claimKey(transaction: Transaction, key: IdempotencyKey): Promise<boolean> {
  const values = [key.subject, key.operation, key.key, key.requestHash];
  return (await transaction.query({ text: claim, values })).length === 1;
}

const known = `
  select request_hash, answer from idempotent_answers
   where subject = $1 and operation = $2 and key = $3
`;

const knownRow = z.object({ request_hash: z.instanceof(Buffer), answer: z.unknown() });

export async function readKnownAnswer(
  transaction: Transaction,
  { subject, operation, key }: IdempotencyKey,
): Promise<{ requestHash: Buffer; answer: unknown }> {
  const [row] = await transaction.query({ text: known, values: [subject, operation, key] });
  const { request_hash: requestHash, answer } = knownRow.parse(row);
  return { requestHash, answer };
}

const keep = `
  update idempotent_answers set answer = $4
   where subject = $1 and operation = $2 and key = $3
`;

export async function keepAnswer(
  transaction: Transaction,
  { subject, operation, key }: IdempotencyKey,
  answer: object,
): Promise<void> {
  const values = [subject, operation, key, JSON.stringify(answer)];
  await transaction.query({ text: keep, values });
}

const forgetExpired = `
  delete from idempotent_answers
   where ctid = any (array(
     select ctid from idempotent_answers
      where created_at < now() - interval '24 hours'
      order by created_at limit 100
      for update skip locked))
`;

/** A few with every key that comes, so that they never pile up. */
export async function forgetExpiredAnswers(transaction: Transaction): Promise<void> {
  await transaction.query({ text: forgetExpired });
}
