// What the listener says of itself on /health.

import { type Problem, problem } from '../../contract/problems.ts';
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
    problems: diagnose(parts),
  };
}

function diagnose({ relay, delivery, audit, events }: ReportParts): Problem[] {
  const { failure } = delivery;
  return [
    ...(relay.failure === null ? [] : [explainPostgres(relay.failure)]),
    ...(failure === null ? [] : [explainSink(delivery.server, failure.message)]),
    ...audit.findings.map(({ resource, table, problem: text }) =>
      problem('capture-broken', `${resource}: ${table} ${text}`),
    ),
    ...explainEvents(events.state),
  ];
}

/** Subscribers miss something; the cache does not. */
function explainEvents({ failure, findings }: EventState): Problem[] {
  return [
    ...(failure === null ? [] : [problem('events-waiting', `events wait: ${failure.message}`)]),
    ...findings.map(({ table, problem: text }) =>
      problem('events-missing', `films change without events: ${table} ${text}`),
    ),
  ];
}

function explainPostgres(failure: string): Problem {
  return /is a standby/.test(failure)
    ? problem('postgres-standby', failure)
    : problem('postgres-unreachable', failure);
}

/** A broker that answers and says no is another matter than one that is away. */
function explainSink(server: Delivery['server'], failure: string): Problem {
  if (server !== 'Kafka') {
    return problem('redis-unreachable', failure);
  }
  return /ECONN|ENOTFOUND|[Cc]onnection|timed? ?out|answered/.test(failure)
    ? problem('kafka-unreachable', failure)
    : problem('kafka-refuses', failure);
}
