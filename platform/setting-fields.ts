// The settings that several processes share: one field each, with its default and its rules.
// A process picks the fields it needs in its own settings.ts.

import { z } from 'zod';
import { Secret } from './secret.ts';

/** A whole number within limits, written in decimal. */
export function integer(limits: { min: number; max: number; default: number }) {
  const rule = `must be a whole number from ${limits.min} to ${limits.max}`;
  return z
    .string()
    .regex(/^\d+$/, rule)
    .transform(Number)
    .refine((value) => value >= limits.min && value <= limits.max, rule)
    .default(limits.default);
}

export function flag(defaultValue: boolean) {
  return z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .transform((value) => value === 'true')
    .default(defaultValue);
}

function url(protocols: readonly string[], example: string) {
  return z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
      `must be an address like ${example}`,
    );
}

const postgresUrl = url(['postgres:', 'postgresql:'], 'postgresql://user:password@host:5432/name');

export const databaseUrl = postgresUrl
  .transform((value) => new Secret(value))
  .default(new Secret('postgresql://postgres:root@localhost:5432/tutorial'));

/** Direct, not through a transaction pooler; the listener falls back to DATABASE_URL. */
export const listenerDatabaseUrl = postgresUrl.transform((value) => new Secret(value)).optional();

const hostAndPortList = /^[^\s:,]+:\d{1,5}(,[^\s:,]+:\d{1,5})*$/;

/** REDIS_URL, or REDIS_HOST and REDIS_PORT; `redisUrlOf` joins them. */
export const redisFields = {
  REDIS_URL: url(['redis:', 'rediss:'], 'redis://localhost:6379')
    .refine((value) => {
      const sentinels = URL.canParse(value) ? new URL(value).searchParams.get('sentinels') : null;
      return sentinels === null || hostAndPortList.test(sentinels);
    }, 'must name its sentinels as host:port, several separated by commas')
    .transform((value) => new Secret(value))
    .optional(),
  REDIS_HOST: z.string().default('localhost'),
  REDIS_PORT: integer({ min: 1, max: 65_535, default: 6379 }),
};

export function redisUrlOf(settings: {
  REDIS_URL?: Secret | undefined;
  REDIS_HOST: string;
  REDIS_PORT: number;
}): Secret {
  const { REDIS_URL, REDIS_HOST, REDIS_PORT } = settings;
  return REDIS_URL ?? new Secret(`redis://${REDIS_HOST}:${REDIS_PORT}`);
}

/** `host:port`, several separated by commas; parsed to a list. */
export const kafkaBootstrapServers = z
  .string()
  .transform((value) => value.split(',').map((server) => server.trim()))
  .refine(
    (servers) => servers.every((server) => /^[^\s:,]+:\d{1,5}$/.test(server)),
    'must be host:port, several separated by commas',
  )
  .default(['localhost:9092']);

/** Where traces go, as OpenTelemetry names it; without it nothing is traced. */
export const otlpEndpoint = url(['http:', 'https:'], 'http://localhost:4318').optional();

/** Put before every topic and group name: several installations can share one Kafka. */
export const topicNamespace = z
  .string()
  .regex(/^[a-zA-Z0-9._-]{0,60}$/, 'may hold letters, digits, dot, underscore and hyphen')
  .default('');

/** The consumer group that the cleaners share, before any namespace. */
export const cleanerGroup = z.string().default('cinesync-cleaner');

/** A transaction that has been open for longer is reported. */
export const transactionAgeMaxSeconds = integer({ min: 1, max: 86_400, default: 120 });

const usualProcessUrls = [8000, 9101, 9102, 9103].map((number) => `http://127.0.0.1:${number}`);

/** Where the processes of an installation answer /health and /metrics, separated by commas. */
export const processUrls = z
  .string()
  .transform((value) => value.split(',').map((address) => address.trim().replace(/\/$/, '')))
  .refine(
    (addresses) => addresses.every((address) => /^https?:\/\/[^\s,]+$/.test(address)),
    'must be addresses like http://127.0.0.1:8000, several separated by commas',
  )
  .default(usualProcessUrls);

/** What the topics of the catalog's events begin with, and how long an event is kept. */
export const eventFields = {
  KAFKA_TOPIC_PREFIX: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,60}$/, 'may hold letters, digits, dot, underscore and hyphen')
    .default('catalog'),
  EVENT_RETENTION_HOURS: integer({ min: 1, max: 87_600, default: 168 }),
};

/** How old a cached answer may be: the same for who serves it and who audits it. */
export const stalenessBoundMs = integer({ min: 100, max: 3_600_000, default: 5000 });

/** How long an answer is kept if nothing changes. */
export const timeToLiveFields = {
  CITY_TTL_SECONDS: integer({ min: 1, max: 86_400, default: 320 }),
  REDIS_CACHE_TTL: integer({ min: 1, max: 86_400, default: 600 }),
};

export const s3Fields = {
  S3_ENDPOINT: url(['http:', 'https:'], 'http://localhost:9000').default('http://localhost:9000'),
  S3_ACCESS_KEY: z.string().default('minioadmin'),
  S3_SECRET_KEY: z
    .string()
    .transform((value) => new Secret(value))
    .default(new Secret('minioadmin')),
  S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be a bucket name: 3 to 63 of a-z, 0-9, . -')
    .default('cinesync'),
  S3_REGION: z.string().default('us-east-1'),
};

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export const logLevel = z
  .enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` })
  .default('info');

export const host = z.string().default('127.0.0.1');

export function port(defaultPort: number) {
  return integer({ min: 0, max: 65_535, default: defaultPort });
}

const secretLengthMin = 32;

/** What the tokens of admins are made of. There is no secret unless somebody sets it. */
export const tokenFields = {
  JWT_SECRET: z
    .string()
    .min(secretLengthMin, `must have ${secretLengthMin} characters or more`)
    .transform((value) => new Secret(value))
    .optional(),
  JWT_AUDIENCE: z.string().default('cinesync'),
  JWT_ISSUER: z.string().optional(),
};

/** Whoever can change the answer makes tokens: in the clear only within one machine. */
export const jwksUrl = url(['http:', 'https:'], 'https://login.example.com/jwks.json')
  .refine(
    (value) => !value.startsWith('http:') || isLoopback(new URL(value).hostname),
    'must be https, except on a loopback address',
  )
  .transform((value) => new URL(value))
  .optional();

export function isLoopback(name: string): boolean {
  const address = name.replace(/^\[(.*)\]$/, '$1');
  return address === 'localhost' || address === '::1' || /^127(\.\d{1,3}){3}$/.test(address);
}
