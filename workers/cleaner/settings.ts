// The cleaner's settings; each is described in .env.example.

import { z } from 'zod';
import * as fields from '../../platform/setting-fields.ts';
import { type Environment, readSettings } from '../../platform/settings.ts';

const schema = z.object({
  ...fields.redisFields,
  KAFKA_BOOTSTRAP_SERVERS: fields.kafkaBootstrapServers,
  TOPIC_NAMESPACE: fields.topicNamespace,
  CLEANER_GROUP: fields.cleanerGroup,
  HOST: fields.host,
  HEALTH_PORT: fields.port(9102),
  LOG_LEVEL: fields.logLevel,
  OTEL_EXPORTER_OTLP_ENDPOINT: fields.otlpEndpoint,
});

/** @throws SettingsError naming every mistake. */
export function readCleanerSettings(environment: Environment) {
  const settings = readSettings(schema, environment);
  return {
    redisUrl: fields.redisUrlOf(settings),
    bootstrapServers: settings.KAFKA_BOOTSTRAP_SERVERS,
    topicNamespace: settings.TOPIC_NAMESPACE,
    groupId: settings.TOPIC_NAMESPACE + settings.CLEANER_GROUP,
    health: { host: settings.HOST, port: settings.HEALTH_PORT },
    logLevel: settings.LOG_LEVEL,
    otlpEndpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
}
