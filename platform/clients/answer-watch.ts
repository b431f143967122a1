// Gives up a connection over which nothing is answered any more. The other side may be gone without
// a word, and kafkajs goes on asking over the same connection for ever.

import type { Socket } from 'node:net';

const lookEveryMs = 500;

type Watched = Pick<Socket, 'bytesWritten' | 'destroy' | 'on' | 'once'>;

/** Destroys the socket when something was sent and nothing has come back for `silenceMaxMs`. */
export function watchAnswers(socket: Watched, silenceMaxMs: number): void {
  let bytesAnswered = 0;
  // Counted in looks, so that a process that itself stood still blames nobody.
  let silentMs = 0;
  socket.on('data', () => {
    // Roughly: what was sent after the request that this answers waits for the next one.
    bytesAnswered = socket.bytesWritten;
    silentMs = 0;
  });
  const timer = setInterval(() => {
    if (socket.bytesWritten === bytesAnswered) {
      return;
    }
    silentMs += lookEveryMs;
    if (silentMs > silenceMaxMs) {
      socket.destroy(new Error(`nothing was answered for ${silenceMaxMs} ms`));
    }
  }, lookEveryMs);
  timer.unref();
  socket.once('close', () => clearInterval(timer));
}
