// Keeps one process running: when it ends by itself it is started again, at once at first and then
// ever later up to a limit, and each time it is said aloud. A stable run forgives what was before.

import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../platform/errors.ts';
import { type Child, describeExit } from './child.ts';

export interface SupervisorOptions {
  readonly name: string;
  start(): Promise<Child>;
  say(text: string): void;
  readonly backOff?: BackOff;
}

export interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
  /** After running this long, the next restart waits as little as the first. */
  readonly stableMs: number;
}

export interface Supervised {
  stop(): Promise<void>;
}

const usualBackOff: BackOff = { firstMs: 500, maxMs: 15_000, stableMs: 20_000 };

export function supervise(first: Child, options: SupervisorOptions): Supervised {
  const { name, say, backOff = usualBackOff } = options;
  const stopping = new AbortController();
  let child: Child | undefined = first;

  const run = async (): Promise<void> => {
    let failures = 0;
    for (;;) {
      const startedAt = Date.now();
      const ended = child === undefined ? 'not started' : describeExit(await child.exited);
      child = undefined;
      if (stopping.signal.aborted) return;
      if (Date.now() - startedAt >= backOff.stableMs) failures = 0;
      const waitMs = Math.min(backOff.maxMs, backOff.firstMs * 2 ** failures);
      failures += 1;
      say(`${name} ended (${ended}); starting it again in ${waitMs / 1000} s`);
      await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      child = await options.start().catch((error: unknown) => {
        if (!stopping.signal.aborted) say(describeError(error));
        return undefined;
      });
      if (child !== undefined && !stopping.signal.aborted) say(`${name} runs again`);
    }
  };
  const running = run();

  return {
    stop: async () => {
      stopping.abort();
      // One that is just being started has no handle yet; the end of the session sweeps it up.
      if (child === undefined) return;
      await child.stop();
      await running;
    },
  };
}
