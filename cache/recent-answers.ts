// What was made of texts that Redis has answered lately: body and tag. Redis is asked every time,
// and its text decides; only the work on a text that is still the same is not done again.

import { cacheStatus, ReadResult } from './read-result.ts';

/** Of everything together, whichever resource it is of. */
const bytesMax = 16_000_000;
/** A longer text would push out too many others. */
const textLengthMax = 250_000;
/** The text, and its finished body. */
const copiesOfText = 2;
/** Key, objects and places in maps. */
const bytesPerAnswer = 500;

export class RecentAnswers {
  /** By key, the oldest first. */
  readonly #results = new Map<string, ReadResult>();
  #bytes = 0;

  /** About; a text of one-byte characters is taken for all. */
  get bytes(): number {
    return this.#bytes;
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
      this.#bytes += bytesOf(text);
      this.#dropOldest();
    }
    return result;
  }

  #dropOldest(): void {
    for (const key of this.#results.keys()) {
      if (this.#bytes <= bytesMax) {
        return;
      }
      this.#drop(key);
    }
  }

  #drop(key: string): void {
    const dropped = this.#results.get(key);
    if (dropped !== undefined) {
      this.#bytes -= bytesOf(dropped.text);
      this.#results.delete(key);
    }
  }
}

function bytesOf(text: string): number {
  return copiesOfText * text.length + bytesPerAnswer;
}
