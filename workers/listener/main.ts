// The listener process: Postgres outbox → Kafka, or straight to Redis. Of any number one leads.

import { cachedResources, sourceResources } from '../../contract/resources.ts';
import { PostgresPool } from '../../platform/clients/postgres.ts';
import { createHealthServer } from '../../platform/health-server.ts';
import { createLogger } from '../../platform/logger.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { runProcess } from '../../platform/run-process.ts';
import { Tracing } from '../../platform/tracing.ts';
import { Alarm } from './alarm.ts';
import { AuditWatch } from './audit-watch.ts';
import { createSink } from './create-sink.ts';
import { Delivery } from './delivery.ts';
import { createEventRelay } from './events/create-event-relay.ts';
import { HeartbeatPacer } from './heartbeat.ts';
import { createListenerMetrics, registerListenerGauges } from './metrics.ts';
import { Relay } from './relay.ts';
import { reportListener } from './report.ts';
import { readListenerSettings } from './settings.ts';
import { WakeUp } from './wake-up.ts';

await runProcess(() => {
  const settings = readListenerSettings(process.env);
  const { databaseUrl: url } = settings;

  const logger = createLogger({ process: 'listener', level: settings.logLevel });
  const metrics = createMetrics('listener');
  const tracing = new Tracing({ process: 'listener', endpoint: settings.otlpEndpoint });
  const counters = createListenerMetrics(metrics);

  const auditPool = new PostgresPool({
    url,
    applicationName: 'cinesync-listener-audit',
    connectionsMax: 1,
    queryTimeoutMs: 3000,
    statementTimeoutMs: 2500,
    logger,
  });

  const alarm = new Alarm();
  const onWake = () => alarm.ring();
  const channels = [...cachedResources, ...sourceResources].map(({ channel }) => channel);
  const wakeUp = new WakeUp({ url, channels, logger, onWake });
  const sink = createSink(settings, logger);
  const delivery = new Delivery({ sink, logger, tracing, ...counters });
  const audit = new AuditWatch({ pool: auditPool, logger });
  const { heartbeatIntervalMs: intervalMs } = settings;
  const pacer = new HeartbeatPacer({ intervalMs, audit, logger, onReady: onWake });
  const events = createEventRelay({ settings, metrics: counters, logger });
  const relay = new Relay({ url, tracing, alarm, wakeUp, delivery, pacer, events, logger });

  registerListenerGauges(metrics, {
    isLeader: () => relay.role === 'leader',
    findings: () => audit.findings.length,
    events: () => events.state,
  });
  const report = () => reportListener({ relay, delivery, wakeUp, audit, events });
  const health = createHealthServer({ ...settings.health, logger, metrics, report });
  return { logger, components: [tracing, health, audit, delivery, events, wakeUp, relay] };
});
