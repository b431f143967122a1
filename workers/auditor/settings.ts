// The auditor's settings; each is described in .env.example.

import { z } from 'zod';
import type { CachedResource } from '../../contract/resources.ts';
import * as fields from '../../platform/setting-fields.ts';
import { type Environment, readSettings } from '../../platform/settings.ts';

const schema = z.object({
  DATABASE_URL: fields.databaseUrl,
  ...fields.redisFields,
  ENABLE_KAFKA: fields.flag(true),
  KAFKA_BOOTSTRAP_SERVERS: fields.kafkaBootstrapServers,
  TOPIC_NAMESPACE: fields.topicNamespace,
  AUDITOR_GROUP: z.string().default('cinesync-auditor'),
  STALENESS_BOUND_MS: fields.stalenessBoundMs,
  ...fields.timeToLiveFields,
  AUDIT_COMPARISONS_PER_SECOND: fields.integer({ min: 0, max: 1000, default: 5 }),
  LISTENER_DATABASE_URL: fields.listenerDatabaseUrl,
  CLEANER_GROUP: fields.cleanerGroup,
  TRANSACTION_AGE_MAX_SECONDS: fields.transactionAgeMaxSeconds,
  DOCTOR_INTERVAL_SECONDS: fields.integer({ min: 0, max: 3600, default: 15 }),
  HOST: fields.host,
  HEALTH_PORT: fields.port(9103),
  LOG_LEVEL: fields.logLevel,
});

/** @throws SettingsError naming every mistake. */
export function readAuditorSettings(environment: Environment) {
  const settings = readSettings(schema, environment);
  return {
    databaseUrl: settings.DATABASE_URL,
    listenerDatabaseUrl: settings.LISTENER_DATABASE_URL ?? settings.DATABASE_URL,
    redisUrl: fields.redisUrlOf(settings),
    kafkaEnabled: settings.ENABLE_KAFKA,
    bootstrapServers: settings.KAFKA_BOOTSTRAP_SERVERS,
    topicNamespace: settings.TOPIC_NAMESPACE,
    cleanerGroup: settings.TOPIC_NAMESPACE + settings.CLEANER_GROUP,
    transactionAgeMaxSeconds: settings.TRANSACTION_AGE_MAX_SECONDS,
    groupId: settings.TOPIC_NAMESPACE + settings.AUDITOR_GROUP,
    boundMs: settings.STALENESS_BOUND_MS,
    ttlSeconds: ({ name }: CachedResource) =>
      name === 'city' ? settings.CITY_TTL_SECONDS : settings.REDIS_CACHE_TTL,
    comparisonsPerSecond: settings.AUDIT_COMPARISONS_PER_SECOND,
    dutyIntervalSeconds: settings.DOCTOR_INTERVAL_SECONDS,
    health: { host: settings.HOST, port: settings.HEALTH_PORT },
    logLevel: settings.LOG_LEVEL,
  };
}

export type AuditorSettings = ReturnType<typeof readAuditorSettings>;
