import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import express from 'express';
import { createAppServer } from './create-app-server.ts';

interface Seen {
  bornRequest: object | null;
  bornResponse: object | null;
  handledRequest: object | null;
  handledResponse: object | null;
}

async function observe(t: TestContext, app: express.Express): Promise<Seen> {
  const seen: Partial<Seen> = {};
  const server = createAppServer(app);
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    seen.bornRequest = Object.getPrototypeOf(request);
    seen.bornResponse = Object.getPrototypeOf(response);
  });
  app.get('/item/:name', (request, response) => {
    seen.handledRequest = Object.getPrototypeOf(request);
    seen.handledResponse = Object.getPrototypeOf(response);
    response.status(201).json({ name: request.params.name, type: request.get('accept') });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/item/x`, { headers: { accept: 'a/b' } });
  assert.equal(answer.status, 201);
  assert.deepEqual(await answer.json(), { name: 'x', type: 'a/b' });
  return seen as Seen;
}

test('requests and responses are born with what Express would swap in', async (t) => {
  const app = express();
  const seen = await observe(t, app);
  assert.equal(seen.bornRequest, app.request);
  assert.equal(seen.bornResponse, app.response);
});

test('Express changes no prototype on the way', async (t) => {
  const seen = await observe(t, express());
  assert.equal(seen.handledRequest, seen.bornRequest);
  assert.equal(seen.handledResponse, seen.bornResponse);
});
