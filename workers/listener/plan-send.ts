// Which messages a set of changes becomes: pure. Codes are made distinct within this one send and
// never against another, because a commit may lie between the two.

import { encodeFlush, encodeInvalidation, type EncodedMessage } from '../../contract/messages.ts';
import { type CachedResource, cachedResources } from '../../contract/resources.ts';

/** What a plan needs to know of a change; a relayed notification has the same shape. */
export interface PlannedChange {
  id: string;
  resource: string;
  /** Null: every entry of the resource. */
  codes: readonly string[] | null;
  committedAtMs: number;
  /** The trace that it belongs to. */
  traceparent?: string | undefined;
  dependents: readonly {
    resource: string;
    codes?: readonly string[] | undefined;
    flush?: boolean | undefined;
  }[];
}

export interface ResourceSend {
  resource: CachedResource;
  messages: EncodedMessage[];
  flushes: boolean;
}

export interface SendPlan {
  sends: ResourceSend[];
  /** Named by a change but not in the registry: known in SQL, and nowhere else. */
  unknownResources: string[];
  /** Codes that can not name an entry, so that nothing can be cached under them. */
  ignoredCodes: number;
}

/** Of more codes than this one flush is cheaper than the messages. */
export const flushOverCodes = 10_000;

export function planSend(
  changes: readonly PlannedChange[],
  knownSources: ReadonlySet<string>,
): SendPlan {
  const unknown = new Set<string>();
  const gathering = new Map(cachedResources.map(({ name }) => [name as string, new Gathering()]));
  for (const change of changes) {
    const own = gathering.get(change.resource);
    own?.add(change.codes, change);
    if (own === undefined && !knownSources.has(change.resource)) {
      unknown.add(change.resource);
    }
    for (const { resource, codes, flush } of change.dependents) {
      const dependent = gathering.get(resource);
      dependent?.add(flush === true ? null : (codes ?? []), change);
      if (dependent === undefined) {
        unknown.add(resource);
      }
    }
  }
  let ignoredCodes = 0;
  const sends = cachedResources.flatMap((resource) => {
    const gathered = gathering.get(resource.name);
    const planned = gathered?.plan(resource);
    ignoredCodes += planned?.ignoredCodes ?? 0;
    return planned !== undefined && planned.send.messages.length > 0 ? [planned.send] : [];
  });
  return { sends, unknownResources: [...unknown], ignoredCodes };
}

/** The codes of one resource, each with the newest change that named it. */
class Gathering {
  #flush: PlannedChange | null = null;
  readonly #codes = new Map<string, PlannedChange>();

  add(codes: readonly string[] | null, change: PlannedChange): void {
    if (codes === null) {
      this.#flush = change;
      return;
    }
    for (const code of codes) {
      // Anew, so that the order is that of the newest changes, whatever the spelling.
      this.#codes.delete(code);
      this.#codes.set(code, change);
    }
  }

  plan(resource: CachedResource): { send: ResourceSend; ignoredCodes: number } {
    const newest = this.#flush ?? (this.#codes.size > flushOverCodes ? this.#newest() : null);
    if (newest !== null) {
      const messages = [encodeFlush(originOf(newest, '*'))];
      return { send: { resource, messages, flushes: true }, ignoredCodes: 0 };
    }
    const origins = new Map<string, PlannedChange>();
    let ignoredCodes = 0;
    for (const [code, change] of this.#codes) {
      const canonical = resource.canonicalCode(code);
      if (canonical === null) {
        ignoredCodes += 1;
      } else {
        origins.set(canonical, change);
      }
    }
    const messages = [...origins].map(([code, change]) =>
      encodeInvalidation(code, originOf(change, code)),
    );
    return { send: { resource, messages, flushes: false }, ignoredCodes };
  }

  #newest(): PlannedChange | null {
    return [...this.#codes.values()].at(-1) ?? null;
  }
}

/** Unique, and the same when the change is published again after a crash. */
function originOf(change: PlannedChange, code: string) {
  const { id, committedAtMs, traceparent } = change;
  return { id: `${id}/${code}`, committedAtMs, traceparent };
}
