import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isServerAway } from './server-away.ts';

function failure(message: string, code?: string): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

test('waits for a server that can not be reached, or is not ready yet', () => {
  assert.ok(isServerAway(failure('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED')));
  assert.ok(isServerAway(failure('the database system is starting up', '57P03')));
  assert.ok(isServerAway(failure('Connection terminated unexpectedly')));
  assert.ok(isServerAway(failure('timeout expired')));
  assert.ok(isServerAway(failure('Request failed after 0 retries: Error: … status: 503')));
});

test('does not wait for a server that says no, nor for a fault of our own', () => {
  assert.ok(!isServerAway(failure('password authentication failed', '28P01')));
  assert.ok(!isServerAway(failure('relation "city" does not exist', '42P01')));
  assert.ok(!isServerAway(failure('Access Denied.', 'AccessDenied')));
  assert.ok(!isServerAway(new TypeError('rows is not iterable')));
  assert.ok(!isServerAway('ECONNREFUSED'));
});
