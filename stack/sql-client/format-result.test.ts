import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatResult } from './format-result.ts';

const text = 25;
const integer = 23;

test('aligns columns, numbers to the right, and counts the rows', () => {
  const fields = [
    { name: 'name', dataTypeID: text },
    { name: 'population', dataTypeID: integer },
  ];
  const rows = [
    ['Dobric', '999999'],
    ['Sofia', null],
  ];
  const expected = [
    ' name   | population',
    '--------+------------',
    ' Dobric |     999999',
    ' Sofia  |       null',
    '(2 rows)',
  ];
  const formatted = formatResult({ command: 'SELECT', rowCount: 2, fields, rows });
  assert.deepEqual(formatted.split('\n'), expected);
});

test('shows the columns of an empty result', () => {
  const fields = [{ name: 'id', dataTypeID: integer }];
  const formatted = formatResult({ command: 'SELECT', rowCount: 0, fields, rows: [] });
  assert.equal(formatted, ' id\n----\n(0 rows)');
});

test('names the command and the rows that it touched', () => {
  const nothing = { fields: [], rows: [] };
  assert.equal(formatResult({ command: 'UPDATE', rowCount: 2, ...nothing }), 'UPDATE 2');
  assert.equal(formatResult({ command: 'BEGIN', rowCount: null, ...nothing }), 'BEGIN');
});

test('keeps line breaks and escape sequences in a value from tearing the table', () => {
  const fields = [{ name: 'v', dataTypeID: text }];
  const rows = [['a\nb'], ['\u001b[31mred']];
  const formatted = formatResult({ command: 'SELECT', rowCount: 2, fields, rows });
  assert.match(formatted, /^ a⏎b$/m);
  assert.match(formatted, /^ ·\[31mred$/m);
});

test('counts wide characters twice and combining ones not at all', () => {
  const fields = [
    { name: 'v', dataTypeID: text },
    { name: 'w', dataTypeID: text },
  ];
  const rows = [
    ['東京', '1'],
    ['Bu\u0308r', '2'],
  ];
  const formatted = formatResult({ command: 'SELECT', rowCount: 2, fields, rows });
  assert.match(formatted, /^ 東京 \| 1$/m);
  assert.match(formatted, /^ Bu\u0308r {2}\| 2$/m);
});
