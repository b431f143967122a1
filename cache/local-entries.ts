// Copies of entries in this process's memory. Redis tells when one has changed (tracking.ts); what
// can not be told is never kept: only the answer to a plain GET is, and only if nothing was told
// while it was under way. Bounded by two generations: when the young one is full it becomes the old
// one, and what was not asked for since is gone with the one before.

import type { CachedResource } from '../contract/resources.ts';
import { isLease } from './lease.ts';
import { cacheStatus, ReadResult } from './read-result.ts';
import type { Tracking } from './tracking.ts';
import type { Watch } from './watch.ts';

export interface LocalEntriesOptions {
  tracking: Pick<Tracking, 'isProven' | 'onChange'>;
  entriesMax: number;
  bytesMax: number;
}

interface Copy {
  resource: CachedResource;
  result: ReadResult;
  bytes: number;
  expiresAtMs: number;
}

interface Generation {
  copies: Map<string, Copy>;
  bytes: number;
}

/** An entry that was not told to have changed is asked for again after this, all the same. */
const lifeMaxMs = 30_000;
/** The text, the finished body and its compressed form, and what the objects take. */
const copiesOfText = 3;
const bytesPerCopy = 500;

export class LocalEntries {
  readonly #options: LocalEntriesOptions;
  #young = emptyGeneration();
  #old = emptyGeneration();

  constructor(options: LocalEntriesOptions) {
    this.#options = options;
    options.tracking.onChange((key) => (key === null ? this.#clear() : this.#drop(key)));
  }

  get size(): number {
    return this.#young.copies.size + this.#old.copies.size;
  }

  get bytes(): number {
    return this.#young.bytes + this.#old.bytes;
  }

  find(resource: CachedResource, key: string, nowMs: number): ReadResult | undefined {
    const copy = this.#young.copies.get(key) ?? this.#rejuvenate(key);
    // Any text may be asked for: that it makes a key of another resource is no hit.
    const isUsable = copy !== undefined && copy.resource === resource && nowMs < copy.expiresAtMs;
    return isUsable ? copy.result : undefined;
  }

  /** The reply of a plain GET that was sent while its key was watched already. */
  offer(entry: {
    resource: CachedResource;
    key: string;
    text: string;
    watch: Watch;
    ttlMs: number;
  }) {
    const { resource, key, text, watch, ttlMs } = entry;
    if (isLease(text) || watch.isChanged || !this.#options.tracking.isProven) {
      return;
    }
    this.#drop(key);
    const bytes = copiesOfText * Buffer.byteLength(text) + bytesPerCopy;
    const result = new ReadResult({
      source: 'cache',
      text,
      status: cacheStatus.memory,
      kept: true,
    });
    const expiresAtMs = performance.now() + Math.min(ttlMs, lifeMaxMs);
    this.#add(key, { resource, result, bytes, expiresAtMs });
  }

  #add(key: string, copy: Copy): void {
    const { entriesMax, bytesMax } = this.#options;
    if (copy.bytes > bytesMax / 2) {
      return;
    }
    const isFull =
      this.#young.copies.size + 1 > entriesMax / 2 || this.#young.bytes + copy.bytes > bytesMax / 2;
    if (isFull) {
      this.#old = this.#young;
      this.#young = emptyGeneration();
    }
    this.#young.copies.set(key, copy);
    this.#young.bytes += copy.bytes;
  }

  #rejuvenate(key: string): Copy | undefined {
    const copy = this.#old.copies.get(key);
    if (copy !== undefined) {
      this.#drop(key);
      this.#add(key, copy);
    }
    return copy;
  }

  #drop(key: string): void {
    for (const generation of [this.#young, this.#old]) {
      const copy = generation.copies.get(key);
      if (copy !== undefined) {
        generation.copies.delete(key);
        generation.bytes -= copy.bytes;
      }
    }
  }

  #clear(): void {
    this.#young = emptyGeneration();
    this.#old = emptyGeneration();
  }
}

function emptyGeneration(): Generation {
  return { copies: new Map(), bytes: 0 };
}
