// What the listener says of itself on /health.

import type { HealthReport } from '../../platform/health.ts';
import type { AuditWatch } from './audit-watch.ts';
import type { Delivery } from './delivery.ts';
import type { EventRelay, EventState } from './events/event-relay.ts';
import type { Relay } from './relay.ts';
import type { WakeUp } from './wake-up.ts';

export interface ReportParts {
  relay: Relay;
  delivery: Delivery;
  wakeUp: WakeUp;
  audit: AuditWatch;
  events: EventRelay;
}

export function reportListener(parts: ReportParts): HealthReport {
  const { relay, delivery, wakeUp, audit, events } = parts;
  const connected = relay.role !== 'connecting';
  return {
    checks: {
      postgres: {
        status: connected ? 'up' : 'down',
        ...(relay.failure === null ? {} : { error: relay.failure }),
      },
      [delivery.server.toLowerCase()]: {
        status: delivery.isReady ? 'up' : 'down',
        ...(delivery.failure === null
          ? {}
          : { error: delivery.failure.message, since: delivery.failure.since.toISOString() }),
      },
    },
    role: relay.role,
    wakes: wakeUp.isListening ? 'by notification' : 'by polling',
    audit: audit.findings,
    events: events.state,
    problems: problemsOf(events.state),
  };
}

/** Subscribers miss something; the cache does not. */
function problemsOf({ failure, findings }: EventState): string[] {
  return [
    ...(failure === null ? [] : [`events wait: ${failure.message}`]),
    ...findings.map(({ table, problem }) => `films change without events: ${table} ${problem}`),
  ];
}
