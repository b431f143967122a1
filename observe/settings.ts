// What an observer needs to know: every server that an installation uses, and where its processes
// answer. All of it has the defaults of the processes themselves.

import { z } from 'zod';
import * as fields from '../platform/setting-fields.ts';
import { type Environment, readSettings } from '../platform/settings.ts';

const schema = z.object({
  DATABASE_URL: fields.databaseUrl,
  LISTENER_DATABASE_URL: fields.listenerDatabaseUrl,
  ...fields.redisFields,
  ENABLE_KAFKA: fields.flag(true),
  KAFKA_BOOTSTRAP_SERVERS: fields.kafkaBootstrapServers,
  TOPIC_NAMESPACE: fields.topicNamespace,
  CLEANER_GROUP: fields.cleanerGroup,
  ...fields.s3Fields,
  STALENESS_BOUND_MS: fields.stalenessBoundMs,
  TRANSACTION_AGE_MAX_SECONDS: fields.transactionAgeMaxSeconds,
  PROCESS_URLS: fields.processUrls,
});

/** @throws SettingsError naming every mistake. */
export function readObserveSettings(environment: Environment) {
  const settings = readSettings(schema, environment);
  return {
    databaseUrl: settings.DATABASE_URL,
    listenerDatabaseUrl: settings.LISTENER_DATABASE_URL ?? settings.DATABASE_URL,
    redisUrl: fields.redisUrlOf(settings),
    kafkaEnabled: settings.ENABLE_KAFKA,
    bootstrapServers: settings.KAFKA_BOOTSTRAP_SERVERS,
    topicNamespace: settings.TOPIC_NAMESPACE,
    cleanerGroup: settings.TOPIC_NAMESPACE + settings.CLEANER_GROUP,
    objectStore: {
      endpoint: settings.S3_ENDPOINT,
      region: settings.S3_REGION,
      bucket: settings.S3_BUCKET,
      accessKey: settings.S3_ACCESS_KEY,
      secretKey: settings.S3_SECRET_KEY,
    },
    boundMs: settings.STALENESS_BOUND_MS,
    transactionAgeMaxSeconds: settings.TRANSACTION_AGE_MAX_SECONDS,
    processUrls: settings.PROCESS_URLS,
  };
}

export type ObserveSettings = ReturnType<typeof readObserveSettings>;

/** What looking at the way from Postgres to Redis needs. */
export type FlowSettings = Omit<ObserveSettings, 'objectStore' | 'processUrls'>;
