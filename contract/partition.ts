// Which partition a key goes to: the murmur2 hash that Kafka's own Java clients use, so that a
// message from any standard producer meets the same partition as ours.

/** @param partitionCount at least 1 */
export function partitionOf(key: string, partitionCount: number): number {
  return (murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff) % partitionCount;
}

const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;
const rotation = 24;

/** A 32-bit hash; kept equal to org.apache.kafka.common.utils.Utils.murmur2. */
export function murmur2(data: Buffer): number {
  const wordsEnd = data.length - (data.length % 4);
  let hash = seed ^ data.length;
  for (let offset = 0; offset < wordsEnd; offset += 4) {
    let word = Math.imul(data.readInt32LE(offset), multiplier);
    word ^= word >>> rotation;
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier);
  }
  for (let index = data.length - 1; index >= wordsEnd; index -= 1) {
    hash ^= data.readUInt8(index) << (8 * (index - wordsEnd));
  }
  if (wordsEnd < data.length) {
    hash = Math.imul(hash, multiplier);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, multiplier);
  return hash ^ (hash >>> 15);
}
