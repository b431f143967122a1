// The ETag of a representation, and what If-Match says about it (RFC 9110, section 13.1.1).

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Problem } from '../problem.ts';

export const ifMatchHeader = {
  'If-Match': z.string().max(1000, 'must be 1000 characters or fewer').optional().meta({
    description: 'The ETag that the change is based on; `*` for whichever there is.',
    example: '*',
  }),
};

/** A strong one, of everything that the representation shows. */
export function entityTag(text: string): string {
  return `"${createHash('sha256').update(text).digest('base64url')}"`;
}

/** @throws Problem 412 when the client has seen another version. */
export function assertMatch(ifMatch: string | undefined, etag: string | undefined): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') {
    return;
  }
  // A weak tag never matches here.
  if (!ifMatch.split(',').some((tag) => tag.trim() === etag)) {
    throw new Problem(412, 'It has changed since: read it again, and base the change on that.');
  }
}

/** @throws Problem 428 (RFC 6585): without If-Match a change could undo another one unseen. */
export function requireIfMatch(ifMatch: string | undefined): string {
  if (ifMatch === undefined) {
    const detail = 'Send If-Match with the ETag that the change is based on, or * to overwrite.';
    throw new Problem(428, detail);
  }
  return ifMatch;
}
