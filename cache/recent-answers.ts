// What was made of texts that Redis has answered lately: body and tag. Redis is asked every time,
// and its text decides; only the work on a text that is still the same is not done again.

import { cacheStatus, ReadResult } from './read-result.ts';

/** Of all texts together, in UTF-16 units; with their bodies about three times as many bytes. */
const lengthMax = 2_000_000;
/** A longer one would push out too many others. */
const textLengthMax = lengthMax / 8;

export class RecentAnswers {
  /** By key, the oldest first. */
  readonly #results = new Map<string, ReadResult>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The hit that this text is. */
  hit(key: string, text: string): ReadResult {
    const known = this.#results.get(key);
    if (known?.text === text) {
      return known;
    }
    const result = new ReadResult({ source: 'cache', text, status: cacheStatus.hit });
    this.#drop(key);
    if (text.length <= textLengthMax) {
      this.#results.set(key, result);
      this.#length += text.length;
      this.#dropOldest();
    }
    return result;
  }

  #dropOldest(): void {
    for (const key of this.#results.keys()) {
      if (this.#length <= lengthMax) {
        return;
      }
      this.#drop(key);
    }
  }

  #drop(key: string): void {
    this.#length -= this.#results.get(key)?.text.length ?? 0;
    this.#results.delete(key);
  }
}
