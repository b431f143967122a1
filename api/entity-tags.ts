// Does a client have this version already? If-None-Match compares weakly: W/ does not count.

/** `header` is the value of If-None-Match. */
export function hasTag(header: string, etag: string): boolean {
  if (header === etag || header.trim() === '*') {
    return true;
  }
  const opaque = withoutWeakness(etag);
  return header.split(',').some((tag) => withoutWeakness(tag.trim()) === opaque);
}

function withoutWeakness(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag;
}
