// For tests of the reader alone: a cache that is trusted, and results without their status.

/** The options of an EntryReader that nothing ever makes doubt. */
export const trusting = {
  trust: { trustedUntilMs: Number.POSITIVE_INFINITY, reason: 'redis' },
  expectedIncarnation: () => 'one',
  reconnect: () => undefined,
  serveStaleOnError: true,
} as const;

export function sourced({ source, text }: { source: string; text: string }) {
  return { source, text };
}
