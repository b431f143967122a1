import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLive, painter } from './terminal.ts';

const terminal = { isTTY: true, write: () => true };
const pipe = { write: () => true };

test('paints on a terminal', () => {
  assert.equal(painter(terminal, {})('red', 'x'), '\u001b[31mx\u001b[39m');
});

test('leaves text plain in a pipe, on a dumb terminal and under NO_COLOR', () => {
  assert.equal(painter(pipe, {})('red', 'x'), 'x');
  assert.equal(painter(terminal, { TERM: 'dumb' })('red', 'x'), 'x');
  assert.equal(painter(terminal, { NO_COLOR: '1' })('red', 'x'), 'x');
});

test('redraws under NO_COLOR too: the list is about motion, not colour', () => {
  assert.equal(isLive(terminal, { NO_COLOR: '1' }), true);
});
