import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLogLine } from './log-line.ts';

const paint = (_style: unknown, text: string): string => text;
const time = new Date(2026, 10, 21, 9, 5, 7, 42).toISOString();

function format(record: object, name = 'listener'): string {
  return formatLogLine({ name, line: JSON.stringify(record), paint });
}

test('puts time, process, level, event, message and fields on one line', () => {
  const record = {
    level: 'info',
    time,
    process: 'listener',
    component: 'relay',
    event: 'relay.published',
    codes: 3,
    msg: 'published',
  };
  assert.equal(format(record), '09:05:07.042 listener info  relay.published published codes=3');
});

test('writes structured fields as JSON and leaves out what is empty', () => {
  const record = { level: 'warn', time, event: 'x.y', assignment: { a: [0, 1] } };
  assert.equal(format(record, 'api'), '09:05:07.042 api      warn  x.y assignment={"a":[0,1]}');
});

test('shows the stack of a serious error below the line, indented', () => {
  const error = { type: 'Error', message: 'boom', stack: 'Error: boom\n    at x' };
  const text = format({ level: 'fatal', time, event: 'process.fault', msg: 'boom', error });
  assert.deepEqual(text.split('\n').slice(1), ['        Error: boom', '            at x']);
});

test('shows only the message of an error that will pass', () => {
  const error = { message: 'connect ECONNREFUSED', stack: 'Error\n    at x' };
  const text = format({ level: 'warn', time, event: 'redis.away', msg: 'Redis is away', error });
  assert.match(text, /Redis is away error=connect ECONNREFUSED$/);
});

test('passes on what is not one of our log lines', () => {
  const lines = ['plain text', '{broken', '{"level":30,"msg":"another program"}', '42'];
  for (const line of lines) {
    assert.equal(formatLogLine({ name: 'api', line, paint }), `api      ${line}`);
  }
});
