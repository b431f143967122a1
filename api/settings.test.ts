import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SettingsError } from '../platform/errors.ts';
import { readApiSettings } from './settings.ts';

test('an empty environment means the documented defaults', () => {
  const { DATABASE_URL, S3_SECRET_KEY, ...settings } = readApiSettings({});
  assert.equal(DATABASE_URL.reveal(), 'postgresql://postgres:root@localhost:5432/tutorial');
  assert.equal(S3_SECRET_KEY.reveal(), 'minioadmin');
  assert.deepEqual(settings, {
    PORT: 8000,
    HOST: '127.0.0.1',
    API_PROCESSES: 1,
    REDIS_URL: undefined,
    REDIS_HOST: 'localhost',
    REDIS_PORT: 6379,
    ENABLE_KAFKA: true,
    KAFKA_BOOTSTRAP_SERVERS: ['localhost:9092'],
    TOPIC_NAMESPACE: '',
    S3_ENDPOINT: 'http://localhost:9000',
    S3_ACCESS_KEY: 'minioadmin',
    S3_BUCKET: 'cinesync',
    S3_REGION: 'us-east-1',
    ENABLE_CACHE: true,
    CITY_TTL_SECONDS: 320,
    REDIS_CACHE_TTL: 600,
    LEASE_MS: 3000,
    LEASE_WAIT_MS: 250,
    REDIS_DEADLINE_MS: 200,
    LOCAL_CACHE_ENTRIES: 10_000,
    LOCAL_CACHE_MB: 32,
    SERVE_STALE_ON_ERROR: true,
    STALENESS_BOUND_MS: 5000,
    LOG_LEVEL: 'info',
    ADMIN_AUTH: 'jwt',
    ADMIN_WRITES_PER_MINUTE: 120,
    JWT_AUDIENCE: 'cinesync',
    JWT_ISSUER: undefined,
    JWT_JWKS_URL: undefined,
    JWT_SECRET: undefined,
    NODE_ENV: 'development',
    OTEL_EXPORTER_OTLP_ENDPOINT: undefined,
    OPS_PAGE: 'off',
  });
});

test('a lease too short for a statement of its own is refused', () => {
  assert.throws(() => readApiSettings({ LEASE_MS: '500' }), SettingsError);
});

test('a dashboard that may change a row is refused in production', () => {
  const environment = { OPS_PAGE: 'demo', NODE_ENV: 'production' };
  assert.throws(() => readApiSettings(environment), /OPS_PAGE: demo, which may change a row/);
  assert.equal(readApiSettings({ OPS_PAGE: 'on', NODE_ENV: 'production' }).OPS_PAGE, 'on');
});
