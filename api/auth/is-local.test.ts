import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFromOtherSite, isLocal } from './is-local.ts';

function asked(remoteAddress: string, headers: Record<string, string>) {
  return isLocal({ socket: { remoteAddress }, headers } as unknown as Parameters<
    typeof isLocal
  >[0]);
}

test('this machine is known by its address and the name it was asked by', () => {
  for (const host of ['127.0.0.1:8000', 'localhost', '[::1]:8000']) {
    assert.ok(asked('127.0.0.1', { host }), host);
  }
  assert.ok(asked('::1', { host: 'localhost:8000' }));
  assert.ok(asked('::ffff:127.0.0.1', { host: 'localhost:8000' }));
});

test('another machine is none, whatever it says', () => {
  assert.ok(!asked('192.0.2.7', { host: '127.0.0.1:8000' }));
});

test('what a proxy passed on came from elsewhere', () => {
  const host = '127.0.0.1:8000';
  assert.ok(!asked('127.0.0.1', { host, 'x-forwarded-for': '192.0.2.7' }));
  assert.ok(!asked('127.0.0.1', { host, forwarded: 'for=192.0.2.7' }));
  assert.ok(!asked('127.0.0.1', { host, 'x-real-ip': '192.0.2.7' }));
});

test('a name that a page of another site had led here is not ours', () => {
  assert.ok(!asked('127.0.0.1', { host: 'evil.example:8000' }));
  assert.ok(!asked('127.0.0.1', {}));
});

test('a page of another site says where it comes from', () => {
  const host = '127.0.0.1:8000';
  assert.ok(isFromOtherSite({ headers: { host, origin: 'http://evil.example' } }));
  assert.ok(isFromOtherSite({ headers: { host, origin: 'null' } }));
  assert.ok(!isFromOtherSite({ headers: { host, origin: `http://${host}` } }));
  assert.ok(!isFromOtherSite({ headers: { host } }));
});
