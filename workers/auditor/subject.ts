// What is audited: one entry.

import { type CachedResource, entryKey } from '../../contract/resources.ts';

export interface Subject {
  readonly resource: CachedResource;
  /** Canonical. */
  readonly code: string;
}

export function subjectKey({ resource, code }: Subject): string {
  return entryKey(resource, code);
}
