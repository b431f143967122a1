// Letting time pass. A run of faults is made of times, unlike a test, which waits for conditions.

import { setMaxListeners } from 'node:events';

/** For a signal that many wait for at once. */
export function sharedSignal(controller = new AbortController()): AbortController {
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Resolves after the time, or as soon as the signal aborts. */
export function elapse(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}

/** Tries until it does not throw, and gives up with the last error. */
export async function persist<Result>(
  attempt: () => Promise<Result>,
  { forMs, pauseMs = 100 }: { forMs: number; pauseMs?: number },
): Promise<Result> {
  const untilMs = performance.now() + forMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() >= untilMs) throw error;
    }
    await elapse(pauseMs);
  }
}
