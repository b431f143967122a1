// What the conditions and the range of a request mean for one object. Pure; written out because
// Express takes a range of lines for one of bytes, and lets a reload header hide If-None-Match.

import { hasTag } from '../entity-tags.ts';

export interface ObjectVersion {
  contentLength: number;
  etag: string | undefined;
  lastModified: Date | undefined;
}

/** By header name in lower case. */
export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Does the client have this version already? If-None-Match, where given, decides alone. */
export function isUnchanged(headers: RequestHeaders, { etag, lastModified }: ObjectVersion) {
  const ifNoneMatch = headers['if-none-match'];
  if (typeof ifNoneMatch === 'string') {
    return hasTag(ifNoneMatch, etag ?? '');
  }
  const sinceMs = Date.parse(String(headers['if-modified-since']));
  return lastModified !== undefined && wholeSeconds(lastModified) <= sinceMs;
}

export type WantedRange = 'whole' | 'unsatisfiable' | { start: number; end: number };

/** Whatever is not exactly one part of the bytes is answered with the whole, as HTTP allows. */
export function wantedRange(headers: RequestHeaders, version: ObjectVersion): WantedRange {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range?.toString() ?? '');
  const [, first = '', last = ''] = match ?? [];
  if ((first === '' && last === '') || !isSameVersion(headers['if-range'], version)) {
    return 'whole';
  }
  const size = version.contentLength;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < start) {
    return 'whole';
  }
  return start >= size ? 'unsatisfiable' : { start, end };
}

/** A part is good only for the very version that the client holds the rest of. */
function isSameVersion(
  ifRange: RequestHeaders[string],
  { etag, lastModified }: ObjectVersion,
): boolean {
  return ifRange === undefined || ifRange === etag || ifRange === lastModified?.toUTCString();
}

/** HTTP dates have no fractions. */
function wholeSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000) * 1000;
}
