// Keys that come out the same at every loading: a name-based uuid (RFC 9562, version 5).

import { createHash } from 'node:crypto';

/** The namespace of everything that the seed loads; another one would load everything twice. */
const seedNamespace = Buffer.from('8d1f6c0e2a4b5e7f9b3c5d7e9f1a2b4c', 'hex');

export function stableUuid(name: string): string {
  const hash = createHash('sha1').update(seedNamespace).update(name).digest().subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
