// What the listener counts.

import { Counter, Gauge } from 'prom-client';
import type { Metrics } from '../../platform/metrics.ts';

export interface ListenerMetrics {
  messagesPublished: Counter<'resource' | 'action'>;
}

export interface ListenerGauges {
  isLeader: () => boolean;
  findings: () => number;
}

export function createListenerMetrics(metrics: Metrics): ListenerMetrics {
  return {
    messagesPublished: new Counter({
      name: 'cinesync_messages_published_total',
      help: 'Messages that Kafka has acknowledged, by resource and action',
      labelNames: ['resource', 'action'],
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
}
