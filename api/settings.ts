// What the API needs to know, and in which limits.

import { z } from 'zod';
import {
  databaseUrl,
  flag,
  host,
  integer,
  kafkaBootstrapServers,
  logLevel,
  port,
  redisFields,
  s3Fields,
  stalenessBoundMs,
  timeToLiveFields,
  topicNamespace,
} from '../platform/setting-fields.ts';
import { type Environment, readSettings } from '../platform/settings.ts';

const schema = z.object({
  PORT: port(8000),
  HOST: host,
  DATABASE_URL: databaseUrl,
  ...redisFields,
  ENABLE_KAFKA: flag(true),
  KAFKA_BOOTSTRAP_SERVERS: kafkaBootstrapServers,
  TOPIC_NAMESPACE: topicNamespace,
  ...s3Fields,
  ENABLE_CACHE: flag(true),
  ...timeToLiveFields,
  LEASE_MS: integer({ min: 1000, max: 60_000, default: 3000 }),
  LEASE_WAIT_MS: integer({ min: 0, max: 60_000, default: 250 }),
  REDIS_DEADLINE_MS: integer({ min: 10, max: 10_000, default: 200 }),
  SERVE_STALE_ON_ERROR: flag(true),
  STALENESS_BOUND_MS: stalenessBoundMs,
  LOG_LEVEL: logLevel,
});

export type ApiSettings = Readonly<z.output<typeof schema>>;

export function readApiSettings(environment: Environment): ApiSettings {
  return readSettings(schema, environment);
}
