import assert from 'node:assert/strict';
import { test } from 'node:test';
import { servers } from './servers.ts';

const complete = {
  DATABASE_URL: 'postgresql://127.0.0.1:1/x',
  KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:2',
  REDIS_URL: 'redis://127.0.0.1:3',
  S3_ACCESS_KEY: 'key',
  S3_BUCKET: 'bucket',
  S3_ENDPOINT: 'http://127.0.0.1:4',
  S3_SECRET_KEY: 'secret',
};

test('gives the addresses of the environment and nothing else of it', () => {
  assert.deepEqual(servers({ ...complete, HOME: '/root' }), complete);
});

test('names every address that is missing, and what to type', () => {
  const { REDIS_URL: _, ...partial } = complete;
  assert.throws(() => servers({ ...partial, S3_BUCKET: '' }), {
    message: /REDIS_URL, S3_BUCKET\. Start servers and run it with: npm test -- PATH/,
  });
});
