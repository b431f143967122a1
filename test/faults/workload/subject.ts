// Something that can be read: where it is asked for, where it is cached, and what an answer says.

import { cachedResource, entryKey, type ResourceName } from '../../../contract/resources.ts';
import type { Claim } from '../model/judge.ts';

export interface Subject {
  readonly resource: ResourceName;
  readonly code: string;
  readonly path: string;
  /** The key of its entry in Redis. */
  readonly entryKey: string;
  /** There may be no such thing: then the API answers 404. */
  readonly mayBeMissing: boolean;
  /** @param data the JSON value, or null when there is no such thing */
  claimsOf(data: unknown): Claim[];
}

export function toSubject(subject: Omit<Subject, 'entryKey'>): Subject {
  const key = entryKey(cachedResource(subject.resource), subject.code);
  return { ...subject, entryKey: key };
}

/** A claim that is never true: the answer shows what can not be, in a way that no cell tells. */
export function impossible(what: string): Claim {
  return { cell: `impossible/${what}`, value: 1 };
}
