// A span for each change of a trace, from here to Kafka's acknowledgement; whoever goes on from the
// message goes on from that span.

import type { Span, Tracing } from '../../platform/tracing.ts';
import type { Change } from './change.ts';

export function traceChanges(
  tracing: Tracing | undefined,
  changes: readonly Change[],
): { changes: readonly Change[]; end: () => void } {
  if (tracing === undefined || !tracing.isOn) {
    return { changes, end: () => undefined };
  }
  const spans: Span[] = [];
  const traced = changes.map((change) => {
    if (change.traceparent === undefined) {
      return change;
    }
    const { traceparent: parent, resource, committedAtMs } = change;
    const span = tracing.startSpan(`publish ${resource}`, {
      kind: 'producer',
      parent,
      attributes: { 'cinesync.change_id': change.id, 'cinesync.written_at_ms': committedAtMs },
    });
    spans.push(span);
    return { ...change, traceparent: span.traceparent };
  });
  return {
    changes: traced,
    end: () => {
      for (const span of spans) span.end();
    },
  };
}
