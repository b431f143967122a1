import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

test('install.sql includes every migration of the schema cache, in order, and no other', () => {
  const included = [...read('install.sql').matchAll(/^\\ir migrations\/(.*)$/gm)].map(
    ([, name]) => name,
  );
  const ofTheSchema = readdirSync(new URL('migrations/', import.meta.url))
    .filter(
      (name) =>
        /^(alter table|create) .*\bcache\./m.test(read(`migrations/${name}`)) || name < '0011',
    )
    .filter((name) => name >= '0010')
    .toSorted();
  assert.deepEqual(included, ofTheSchema);
});
