import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedServer } from './named-addresses.ts';

test('a server is ours to start unless its address is named', () => {
  for (const name of ['kafka', 'object-store', 'postgres', 'redis'] as const) {
    assert.equal(namedServer(name, {}), undefined);
  }
  assert.equal(namedServer('postgres', { DATABASE_URL: '' }), undefined, 'empty names nothing');
});

test('what belongs to a named server travels with its address', () => {
  const env = { S3_ENDPOINT: 'http://s3:9000', S3_ACCESS_KEY: 'k', REDIS_PORT: '6380' };
  assert.deepEqual(namedServer('object-store', env), {
    S3_ENDPOINT: 'http://s3:9000',
    S3_ACCESS_KEY: 'k',
  });
  assert.equal(namedServer('redis', env), undefined, 'a port alone names no server');
  assert.deepEqual(namedServer('redis', { ...env, REDIS_HOST: 'r' }), {
    REDIS_HOST: 'r',
    REDIS_PORT: '6380',
  });
});
