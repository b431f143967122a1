// Puts the relay of events together: with a sink of its own where this listener publishes them.

import { partitionOf } from '../../../contract/partition.ts';
import { createKafka } from '../../../platform/clients/kafka.ts';
import { Publisher } from '../../../platform/clients/kafka-publisher.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { ListenerMetrics } from '../metrics.ts';
import type { ListenerSettings } from '../settings.ts';
import { EventRelay } from './event-relay.ts';
import { EventSink } from './event-sink.ts';
import { EventSource } from './event-source.ts';
import { EventWatch } from './event-watch.ts';

export interface CreateEventRelayOptions {
  settings: ListenerSettings;
  metrics: ListenerMetrics;
  logger: Logger;
}

export function createEventRelay({ settings, metrics, logger }: CreateEventRelayOptions) {
  const { databaseUrl, eventTopics, relaysEvents } = settings;
  return new EventRelay({
    open: () => EventSource.open(databaseUrl),
    sink: relaysEvents ? createEventSink(settings, logger) : null,
    watch: new EventWatch({ logger }),
    retentionHours: eventTopics.retentionHours,
    eventsPublished: metrics.eventsPublished,
    logger,
  });
}

function createEventSink(settings: ListenerSettings, logger: Logger): EventSink {
  const { bootstrapServers, eventTopics: topics } = settings;
  const kafka = createKafka({ bootstrapServers, clientId: 'cinesync-listener-events', logger });
  return new EventSink({ kafka, publisher: new Publisher({ kafka, partitionOf }), topics, logger });
}
