// On a brand-new broker the first consumer group meets coordinator errors until the topic
// __consumer_offsets exists. Asking for a group's coordinator makes the broker create it, so we ask
// until there is one. The request is a dozen bytes, which spares the stack a Kafka client.

import { connect } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from '../stack-error.ts';

const findCoordinator = 10;
const deadlineMs = 30_000;
const replyTimeoutMs = 2_000;
const pollMs = 50;

export async function awaitGroupCoordinator(port: number): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while ((await ask(port).catch(() => undefined)) !== 0) {
    if (Date.now() > deadline) {
      throw new StackError('Kafka runs, but has no group coordinator. See the log of Kafka.');
    }
    await delay(pollMs);
  }
}

/** The error code of the answer; 0 is success. */
async function ask(port: number): Promise<number> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.setTimeout(replyTimeoutMs, () => socket.destroy(new Error('no answer')));
  try {
    socket.write(request('cinesync-stack'));
    const chunks: Buffer[] = [];
    // Length, correlation id, throttle time, error code; version 1 of the answer.
    const errorAt = 12;
    while (Buffer.concat(chunks).length < errorAt + 2) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).readInt16BE(errorAt);
  } finally {
    socket.destroy();
  }
}

function request(group: string): Buffer {
  const text = (value: string): Buffer => {
    const length = Buffer.alloc(2);
    length.writeInt16BE(Buffer.byteLength(value));
    return Buffer.concat([length, Buffer.from(value)]);
  };
  const header = Buffer.alloc(8);
  header.writeInt16BE(findCoordinator, 0);
  header.writeInt16BE(1, 2);
  const groupKey = Buffer.from([0]);
  const body = Buffer.concat([header, text('cinesync'), text(group), groupKey]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}
