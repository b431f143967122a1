// Hands out what comes in pages in handfuls, not more of them a second than asked for.

import { pause } from '../platform/retry.ts';

const handfulsPerSecond = 20;

export async function* pace<Item>(
  pages: AsyncIterable<readonly Item[]>,
  perSecond: number,
  isStopped: () => boolean,
): AsyncGenerator<{ items: readonly Item[] }> {
  const size = Math.max(1, Math.floor(perSecond / handfulsPerSecond));
  const intervalMs = (size * 1000) / perSecond;
  for await (const page of pages) {
    for (let start = 0; start < page.length; start += size) {
      if (isStopped()) {
        return;
      }
      const begunMs = performance.now();
      yield { items: page.slice(start, start + size) };
      await pause(Math.max(0, begunMs + intervalMs - performance.now()));
    }
  }
}
