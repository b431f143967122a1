// Waiting for a condition instead of for a time.

import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  /** Completes "waited in vain for …". */
  what: string;
  timeoutMs?: number;
}

const pollIntervalMs = 20;

/** Asks again until the answer is something; what was thrown last explains a failure. */
export async function eventually<Value>(
  ask: () => Promise<Value | undefined> | Value | undefined,
  { what, timeoutMs = 30_000 }: EventuallyOptions,
): Promise<Value> {
  const untilMs = performance.now() + timeoutMs;
  let cause: unknown;
  do {
    try {
      const value = await ask();
      if (value !== undefined) {
        return value;
      }
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await delay(pollIntervalMs);
  } while (performance.now() < untilMs);
  throw new Error(`waited ${timeoutMs} ms in vain for ${what}`, { cause });
}
