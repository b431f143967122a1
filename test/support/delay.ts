// A piece of a slow network: what goes in comes out later, in the same order.

import { type Duplex, Transform } from 'node:stream';

interface Delayed {
  chunk: Buffer;
  dueMs: number;
}

/** Asks for the latency at every chunk; with none, what goes in is out at once. */
export function createDelay(latencyMs: () => number): Duplex {
  const waiting: Delayed[] = [];
  let timer: NodeJS.Timeout | undefined;
  const release = () => {
    clearTimeout(timer);
    while (waiting[0] !== undefined && waiting[0].dueMs <= performance.now()) {
      delay.push(waiting.shift()?.chunk);
    }
    if (waiting[0] !== undefined) {
      timer = setTimeout(release, Math.ceil(waiting[0].dueMs - performance.now()));
    }
  };
  const delay = new Transform({
    transform(chunk: Buffer, _, done) {
      const dueMs = Math.max(performance.now() + latencyMs(), waiting.at(-1)?.dueMs ?? 0);
      waiting.push({ chunk, dueMs });
      release();
      done();
    },
    flush(done) {
      clearTimeout(timer);
      waiting.splice(0).forEach(({ chunk }) => delay.push(chunk));
      done();
    },
  });
  return delay;
}
