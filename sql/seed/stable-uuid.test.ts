import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stableUuid } from './stable-uuid.ts';

test('gives the same version 5 uuid for the same name, today and after the next upgrade', () => {
  assert.equal(stableUuid('genre/Drama'), stableUuid('genre/Drama'));
  assert.match(
    stableUuid('genre/Drama'),
    /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

test('gives different names different uuids', () => {
  const names = Array.from({ length: 1000 }, (_, row) => `movie/${row}/King Kong`);
  assert.equal(new Set(names.map(stableUuid)).size, names.length);
});
