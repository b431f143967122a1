// What the listener counts.

import { Counter, Gauge } from 'prom-client';
import type { Metrics } from '../../platform/metrics.ts';
import type { EventState } from './events/event-relay.ts';

export interface ListenerMetrics {
  messagesPublished: Counter<'resource' | 'action'>;
  eventsPublished: Counter<'type'>;
}

export interface ListenerGauges {
  isLeader: () => boolean;
  findings: () => number;
  events: () => EventState;
}

export function createListenerMetrics(metrics: Metrics): ListenerMetrics {
  return {
    messagesPublished: new Counter({
      name: 'cinesync_messages_published_total',
      help: 'Messages that Kafka has acknowledged, by resource and action',
      labelNames: ['resource', 'action'],
      registers: [metrics],
    }),
    eventsPublished: new Counter({
      name: 'cinesync_listener_events_published_total',
      help: 'Events of films that Kafka has acknowledged, by type; replays count again',
      labelNames: ['type'],
      registers: [metrics],
    }),
  };
}

export function registerListenerGauges(metrics: Metrics, gauges: ListenerGauges): void {
  new Gauge({
    name: 'cinesync_listener_leads',
    help: '1 while this listener leads, 0 while it stands by or is cut off',
    registers: [metrics],
    collect() {
      this.set(gauges.isLeader() ? 1 : 0);
    },
  });
  new Gauge({
    name: 'cinesync_audit_findings',
    help: 'Ways in which capture is not what it should be',
    registers: [metrics],
    collect() {
      this.set(gauges.findings());
    },
  });
  const ofEvents: [name: string, help: string, of: 'waiting' | 'oldestSeconds' | 'findings'][] = [
    ['waiting', 'Events of films that wait to be published', 'waiting'],
    ['oldest_seconds', 'For how long the oldest event has waited', 'oldestSeconds'],
    ['findings', 'Ways in which changes of films emit no events', 'findings'],
  ];
  for (const [name, help, of] of ofEvents) {
    new Gauge({
      name: `cinesync_listener_events_${name}`,
      help: `${help}, as the leader last saw`,
      registers: [metrics],
      collect() {
        const { backlog, findings } = gauges.events();
        this.set({ ...backlog, findings: findings.length }[of]);
      },
    });
  }
}
