import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSqlError } from './describe-sql-error.ts';

test('marks the place of the fault in its line', () => {
  const statement = 'select 1,\n  nope\nfrom city';
  const error = { message: 'column "nope" does not exist', code: '42703', position: '13' };
  assert.deepEqual(describeSqlError(error, statement).split('\n'), [
    'ERROR 42703: column "nope" does not exist',
    'LINE 2:   nope',
    '          ^',
  ]);
});

test('counts characters as Postgres does, not UTF-16 units', () => {
  const statement = `select '🙂', nope`;
  const error = { message: 'x', position: '13' };
  const [, line = '', mark = ''] = describeSqlError(error, statement).split('\n');
  assert.equal(line.slice(mark.indexOf('^')), 'nope');
});

test('adds detail and hint', () => {
  const error = { message: 'duplicate', detail: 'Key (id)=(1) exists.', hint: 'Another id.' };
  assert.match(describeSqlError(error, ''), /\nDETAIL: Key \(id\)=\(1\) exists\.\nHINT: Another/);
});
