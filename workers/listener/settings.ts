// The listener's settings; each is described in .env.example.

import { z } from 'zod';
import * as fields from '../../platform/setting-fields.ts';
import { type Environment, readSettings } from '../../platform/settings.ts';

const schema = z.object({
  DATABASE_URL: fields.databaseUrl,
  LISTENER_DATABASE_URL: fields.listenerDatabaseUrl,
  ENABLE_KAFKA: fields.flag(true),
  ...fields.redisFields,
  KAFKA_BOOTSTRAP_SERVERS: fields.kafkaBootstrapServers,
  TOPIC_NAMESPACE: fields.topicNamespace,
  ...fields.eventFields,
  ENABLE_EVENT_RELAY: fields.flag(true),
  HEARTBEAT_INTERVAL_MS: fields.integer({ min: 100, max: 60_000, default: 1000 }),
  HOST: fields.host,
  HEALTH_PORT: fields.port(9101),
  LOG_LEVEL: fields.logLevel,
  OTEL_EXPORTER_OTLP_ENDPOINT: fields.otlpEndpoint,
});

/** @throws SettingsError naming every mistake. */
export function readListenerSettings(environment: Environment) {
  const settings = readSettings(schema, environment);
  return {
    databaseUrl: settings.LISTENER_DATABASE_URL ?? settings.DATABASE_URL,
    kafkaEnabled: settings.ENABLE_KAFKA,
    redisUrl: fields.redisUrlOf(settings),
    bootstrapServers: settings.KAFKA_BOOTSTRAP_SERVERS,
    topicNamespace: settings.TOPIC_NAMESPACE,
    relaysEvents: settings.ENABLE_KAFKA && settings.ENABLE_EVENT_RELAY,
    eventTopics: {
      namespace: settings.TOPIC_NAMESPACE,
      prefix: settings.KAFKA_TOPIC_PREFIX,
      retentionHours: settings.EVENT_RETENTION_HOURS,
    },
    heartbeatIntervalMs: settings.HEARTBEAT_INTERVAL_MS,
    health: { host: settings.HOST, port: settings.HEALTH_PORT },
    logLevel: settings.LOG_LEVEL,
    otlpEndpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
}

export type ListenerSettings = ReturnType<typeof readListenerSettings>;
