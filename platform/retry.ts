// Waiting between tries: capped, jittered, and over at once when the process is asked to stop.

import { setTimeout as delay } from 'node:timers/promises';

export interface BackoffLimits {
  firstMs: number;
  maxMs: number;
}

/** Doubles up to the cap; each delay is jittered by half so that processes do not march in step. */
export function createBackoff(limits: BackoffLimits) {
  let nextMs = limits.firstMs;
  return {
    reset(): void {
      nextMs = limits.firstMs;
    },
    nextDelayMs(): number {
      const delayMs = nextMs * (0.5 + Math.random() / 2);
      nextMs = Math.min(nextMs * 2, limits.maxMs);
      return delayMs;
    },
  };
}

/** Resolves after the delay, or at once when the signal aborts; never rejects. */
export async function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  await delay(delayMs, undefined, signal ? { signal } : {}).catch(() => undefined);
}

export interface RetryOptions {
  limits: BackoffLimits;
  signal: AbortSignal;
  /** Told of every failure before the wait; throw from it to give up. */
  onFailure: (error: unknown, failures: number) => void | Promise<void>;
}

/** Tries for ever until it succeeds; rejects only when the signal aborts or onFailure throws. */
export async function retryForever<Result>(
  attempt: () => Promise<Result>,
  options: RetryOptions,
): Promise<Result> {
  const backoff = createBackoff(options.limits);
  for (let failures = 1; ; failures += 1) {
    options.signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      options.signal.throwIfAborted();
      await options.onFailure(error, failures);
    }
    await pause(backoff.nextDelayMs(), options.signal);
  }
}
