import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptsGzip } from './accepts-gzip.ts';

for (const header of [
  'gzip',
  'gzip, deflate, br',
  'br;q=1.0, gzip;q=0.8, *;q=0.1',
  'gzip; q=0.01',
]) {
  test(`takes gzip: ${header}`, () => assert.ok(acceptsGzip(header)));
}

for (const header of [
  undefined,
  '',
  'identity',
  '*',
  'br, deflate',
  'gzip;q=0',
  'br, gzip; q=0.000',
]) {
  test(`does not take gzip: ${header}`, () => assert.ok(!acceptsGzip(header)));
}
