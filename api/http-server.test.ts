import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import express, { type Response } from 'express';
import { pino } from 'pino';
import { createHttpServer } from './http-server.ts';

/** A server with one address that answers when it is told to. */
async function startServer(t: TestContext) {
  const lines: { event: string; url?: string }[] = [];
  const sink = new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(JSON.parse(line.toString()));
      done();
    },
  });
  const waiting: Response[] = [];
  const app = express();
  app.get('/slow', (_request, response) => void waiting.push(response));
  const server = createHttpServer({ app, host: '127.0.0.1', port: 0, logger: pino({}, sink) });
  // Only the deadline of a stop is a setTimeout: here it never passes by itself.
  t.mock.timers.enable({ apis: ['setTimeout'] });
  await server.start();
  const agent = new Agent({ keepAlive: true });
  t.after(async () => {
    agent.destroy();
    await server.stop();
  });
  const url = lines.find(({ event }) => event === 'http.listening')?.url ?? '';

  async function ask() {
    const before = waiting.length;
    const request = get(`${url}/slow`, { agent });
    while (waiting.length === before) {
      await new Promise(setImmediate);
    }
    return { request, answer: waiting.at(-1)?.status(200) };
  }
  return { server, ask };
}

test('a stop waits for the answer under way, then for no idle connection', async (t) => {
  const { server, ask } = await startServer(t);
  const { request, answer } = await ask();
  let isStopped = false;
  const stopping = server.stop().then(() => {
    isStopped = true;
  });
  await new Promise(setImmediate);
  assert.equal(isStopped, false);
  answer?.end('whole');
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const body = await response.setEncoding('utf8').toArray();
  assert.equal(body.join(''), 'whole');
  await stopping;
});

test('a stop has a deadline, after which an answer under way is cut off', async (t) => {
  const { server, ask } = await startServer(t);
  const { request } = await ask();
  const cutOff = once(request, 'response').then(
    () => 'answered',
    () => 'cut off',
  );
  const stopping = server.stop();
  t.mock.timers.tick(5000);
  await stopping;
  assert.equal(await cutOff, 'cut off');
});

test('a server that never started, or has stopped, can be stopped again', async (t) => {
  const { server } = await startServer(t);
  await server.stop();
  await server.stop();
  const app = express();
  const never = createHttpServer({ app, host: '127.0.0.1', port: 0, logger: pino(new Writable()) });
  await never.stop();
});
