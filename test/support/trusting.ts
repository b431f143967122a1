// For tests of the reader alone: a cache that is trusted, and results without their status.

import type { ReadResult } from '../../cache/read-result.ts';

/** The options of an EntryReader that nothing ever makes doubt. */
export const trusting = {
  trust: { trustedUntilMs: Number.POSITIVE_INFINITY, reason: 'redis' },
  expectedIncarnation: () => 'one',
  reconnect: () => undefined,
  serveStaleOnError: true,
} as const;

export function sourced({ source, text }: ReadResult): Pick<ReadResult, 'source' | 'text'> {
  return { source, text };
}
