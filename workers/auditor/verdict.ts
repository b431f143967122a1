// Judges one comparison of an entry with the database: pure. A difference alone proves nothing: the
// DEL may be under way. Seen again, the same fill proves it: by then everything that was committed
// before the first look has been applied, and no DEL has taken this fill.

import type { Loaded } from '../../cache/guarded-load.ts';

/** What stands at the key. The moment it expires is random enough to tell one fill from another. */
export type EntryState =
  | { kind: 'absent' }
  | { kind: 'lease' }
  | { kind: 'value'; text: string; expiresAtMs: number; expiresInMs: number };

/** One look at an entry; all times but the entry's are on our monotonic clock. */
export interface Look {
  startedMs: number;
  /** At the end of the look: since when entries could be used without a break, or infinite. */
  trustedSinceMs: number;
  entry: EntryState;
  /** What the database said: right before, and unless that settled it, right after the entry. */
  database: readonly Loaded[];
  /** The incarnation that the heartbeats speak of. */
  incarnation: string | null;
}

export type Inconclusive =
  | 'absent' // nothing is cached
  | 'bypass' // nobody is served this entry right now, or was not all the while
  | 'changing' // the database said two things around one look
  | 'crowded' // more differences wait for their second look than are kept
  | 'lease' // somebody is filling it
  | 'moved' // at the second look the database says what the entry says
  | 'replaced' // at the second look there is another fill, or none
  | 'server' // it was another database that answered
  | 'unapplied' // what was committed before the first look may still be on its way
  | 'unreachable'; // a server did not answer

export type Verdict = 'fresh' | 'stale' | Inconclusive;

export function judgeLook(look: Look): 'fresh' | 'suspect' | Inconclusive {
  const { entry, database, incarnation } = look;
  if (look.trustedSinceMs > look.startedMs) {
    return 'bypass';
  }
  if (entry.kind !== 'value') {
    return entry.kind;
  }
  if (incarnation === null || database.some((read) => read.incarnation !== incarnation)) {
    return 'server';
  }
  if (database.some(({ text }) => text === entry.text)) {
    return 'fresh';
  }
  const [before, after] = database;
  return before === undefined || before.text !== after?.text ? 'changing' : 'suspect';
}

export interface SecondLook {
  /** It was suspect. */
  first: Look;
  /** The database's clock after the first look. */
  firstDatabaseMs: number;
  /** Everything committed before this, by the same clock, was applied before the second look. */
  appliedMs: number;
  second: Look;
}

export function judgeSecondLook(looks: SecondLook): Verdict {
  const { first, second } = looks;
  if (second.trustedSinceMs > first.startedMs) {
    return 'bypass';
  }
  if (!isSameFill(first.entry, second.entry)) {
    return 'replaced';
  }
  if (looks.appliedMs < looks.firstDatabaseMs) {
    return 'unapplied';
  }
  const again = judgeLook(second);
  if (again === 'suspect') {
    return 'stale';
  }
  return again === 'fresh' ? 'moved' : again;
}

function isSameFill(one: EntryState, other: EntryState): boolean {
  return (
    one.kind === 'value' &&
    other.kind === 'value' &&
    one.text === other.text &&
    one.expiresAtMs === other.expiresAtMs
  );
}
