// Looks at the entries of one resource: in this process's memory, else in Redis. What Redis says of
// a key is watched from before the question is sent, so that a change that is told together with
// the answer is never missed.

import { type CachedResource, entryKey } from '../contract/resources.ts';
import type { EntryStore } from './entry-store.ts';
import { isLease } from './lease.ts';
import type { LocalEntries } from './local-entries.ts';
import { cacheStatus, ReadResult } from './read-result.ts';
import type { RecentAnswers } from './recent-answers.ts';
import type { Tracking } from './tracking.ts';
import type { Watch } from './watch.ts';

/** The memory of the process, kept right by what Redis tells. */
export interface Memory {
  tracking: Pick<Tracking, 'isProven' | 'watch'>;
  entries: Pick<LocalEntries, 'find' | 'offer'>;
}

export interface EntryLooksOptions {
  resource: CachedResource;
  store: Pick<EntryStore, 'look'>;
  /** Absent: nothing is kept in this process. */
  memory?: Memory | undefined;
  /** Absent: every answer of Redis is finished anew. */
  recent?: Pick<RecentAnswers, 'hit'> | undefined;
  ttlSeconds: number;
}

/** A value, the lease of whoever loads it, or nothing. */
export type Held = ReadResult | string | null;

export interface Look {
  held: Held;
  /** Null when Redis does not tell what changes. Whoever looked releases it. */
  watch: Watch | null;
}

interface Question {
  watch: Watch | null;
  answer: Promise<Look>;
}

export class EntryLooks {
  readonly #options: EntryLooksOptions;
  /** Questions to Redis that have not been sent yet, by key. */
  readonly #unsent = new Map<string, Question>();

  constructor(options: EntryLooksOptions) {
    this.#options = options;
  }

  /** The copy in memory, if there is one. Any text may be asked for. */
  find(code: string, nowMs: number): ReadResult | undefined {
    const { resource, memory } = this.#options;
    return memory?.entries.find(resource, entryKey(resource, code), nowMs);
  }

  /** Who comes before the question is sent shares it, and what is made of the answer. */
  async look(code: string): Promise<Look> {
    const key = entryKey(this.#options.resource, code);
    let question = this.#unsent.get(key);
    if (question === undefined) {
      if (this.#unsent.size === 0) {
        // Commands are written in the same phase of the event loop, right after this.
        setImmediate(() => this.#unsent.clear());
      }
      question = this.#ask(key);
      this.#unsent.set(key, question);
    } else {
      question.watch?.hold();
    }
    try {
      return await question.answer;
    } catch (error) {
      question.watch?.release();
      throw error;
    }
  }

  #ask(key: string): Question {
    const { resource, store, memory, ttlSeconds } = this.#options;
    const watch = memory?.tracking.isProven ? memory.tracking.watch(key) : null;
    const answer = store.look(key).then((text): Look => {
      if (text !== null && watch !== null) {
        memory?.entries.offer({ resource, key, text, watch, ttlMs: ttlSeconds * 1000 });
      }
      return { held: this.toHeld(key, text), watch };
    });
    return { watch, answer };
  }

  /** What Redis has answered about a key. */
  toHeld(key: string, text: string | null): Held {
    if (text === null || isLease(text)) {
      return text;
    }
    const { resource, recent } = this.#options;
    // Codes of rows that do not exist are without number.
    if (recent === undefined || text === resource.absentText) {
      return new ReadResult({ source: 'cache', text, status: cacheStatus.hit });
    }
    return recent.hit(key, text);
  }
}
