import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { type TestContext, test } from 'node:test';
import { watchAnswers } from './answer-watch.ts';

class FakeSocket extends EventEmitter {
  bytesWritten = 0;
  reason: string | null = null;

  destroy(error?: Error): this {
    this.reason = error?.message ?? '';
    this.emit('close');
    return this;
  }
}

function prepare(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const socket = new FakeSocket();
  watchAnswers(socket as never, 2000);
  return { socket, pass: (ms: number) => t.mock.timers.tick(ms) };
}

test('a connection over which nothing was asked is kept', (t) => {
  const { socket, pass } = prepare(t);
  pass(60_000);
  assert.equal(socket.reason, null);
});

test('a connection that answers is kept, however long it rests then', (t) => {
  const { socket, pass } = prepare(t);
  for (let asked = 1; asked < 20; asked += 1) {
    socket.bytesWritten += 10;
    pass(1500);
    socket.emit('data');
  }
  pass(60_000);
  assert.equal(socket.reason, null);
});

test('a connection that has not answered for so long is given up', (t) => {
  const { socket, pass } = prepare(t);
  socket.bytesWritten += 10;
  socket.emit('data');
  socket.bytesWritten += 10;
  pass(2000);
  assert.equal(socket.reason, null);
  // Asking again is no answer.
  socket.bytesWritten += 10;
  pass(1000);
  assert.equal(socket.reason, 'nothing was answered for 2000 ms');
});
