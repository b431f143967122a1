// The right to fill one entry. It lives in the entry's own key, so that one DEL removes value and
// right alike. No JSON text starts with the letter L, so the two can not be mistaken.

import { randomUUID } from 'node:crypto';

export function newLease(): string {
  return `L${randomUUID()}`;
}

export function isLease(text: string): boolean {
  return text.startsWith('L');
}
