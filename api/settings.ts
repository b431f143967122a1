// What the API needs to know, and in which limits.

import { z } from 'zod';
import {
  databaseUrl,
  flag,
  host,
  integer,
  isLoopback,
  jwksUrl,
  kafkaBootstrapServers,
  logLevel,
  otlpEndpoint,
  port,
  redisFields,
  s3Fields,
  stalenessBoundMs,
  timeToLiveFields,
  tokenFields,
  topicNamespace,
} from '../platform/setting-fields.ts';
import { type Environment, readSettings } from '../platform/settings.ts';

const schema = z.object({
  PORT: port(8000),
  HOST: host,
  API_PROCESSES: integer({ min: 1, max: 64, default: 1 }),
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
  LOCAL_CACHE_ENTRIES: integer({ min: 0, max: 1_000_000, default: 10_000 }),
  LOCAL_CACHE_MB: integer({ min: 1, max: 10_000, default: 32 }),
  SERVE_STALE_ON_ERROR: flag(true),
  STALENESS_BOUND_MS: stalenessBoundMs,
  LOG_LEVEL: logLevel,
  ADMIN_AUTH: z.enum(['jwt', 'off'], { error: 'must be jwt or off' }).default('jwt'),
  ...tokenFields,
  JWT_JWKS_URL: jwksUrl,
  ADMIN_WRITES_PER_MINUTE: integer({ min: 0, max: 1_000_000, default: 120 }),
  OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint,
  NODE_ENV: z.string().default('development'),
  OPS_PAGE: z.enum(['off', 'on', 'demo'], { error: 'must be off, on or demo' }).default('off'),
});

const checkedSchema = schema.superRefine((settings, context) => {
  const isOff = settings.ADMIN_AUTH === 'off';
  const complain = (name: keyof typeof settings, message: string) => {
    context.addIssue({ code: 'custom', path: [name], message });
  };
  if (isOff && !isLoopback(settings.HOST)) {
    complain('ADMIN_AUTH', `off is for a loopback address alone, and HOST is ${settings.HOST}`);
  }
  if (isOff && settings.NODE_ENV === 'production') {
    complain('ADMIN_AUTH', 'off is not for NODE_ENV=production');
  }
  if (settings.OPS_PAGE === 'demo' && settings.NODE_ENV === 'production') {
    complain('OPS_PAGE', 'demo, which may change a row, is not for NODE_ENV=production');
  }
  if (settings.JWT_SECRET !== undefined && settings.JWT_JWKS_URL !== undefined) {
    complain('JWT_JWKS_URL', 'tokens are checked by this or by JWT_SECRET: set one of them');
  }
});

export type ApiSettings = Readonly<z.output<typeof schema>>;

export function readApiSettings(environment: Environment): ApiSettings {
  return readSettings(checkedSchema, environment);
}
