import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeRow } from './copy-rows.ts';

test('encodes one row of the COPY text format', () => {
  assert.equal(encodeRow([7, 'Dobric', null, 1.5]), '7\tDobric\t\\N\t1.5\n');
});

test('escapes what would end a field or a row', () => {
  assert.equal(encodeRow(['a\tb', 'c\nd', 'e\rf', 'g\\N']), 'a\\tb\tc\\nd\te\\rf\tg\\\\N\n');
});
