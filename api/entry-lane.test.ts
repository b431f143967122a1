import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import express from 'express';
import type { ReadResult } from '../cache/read-result.ts';
import { HeldCalls } from '../test/support/held-calls.ts';
import { eventually } from '../test/support/eventually.ts';
import type { AnsweredRequest } from './access-log.ts';
import { createAppServer } from './create-app-server.ts';
import { createEntryLane } from './entry-lane.ts';

/** A lane whose questions to Redis are answered when the test says so, before an application. */
async function prepare(t: TestContext) {
  const questions = new HeldCalls<[code: string], ReadResult | undefined>();
  const begun: number[] = [];
  const recorded: AnsweredRequest[] = [];
  const reader = {
    peek: () => undefined,
    find: questions.call,
    read: () => Promise.reject(new Error('the lane never loads')),
  };
  const lane = createEntryLane({
    endpoints: [
      {
        documentation: { method: 'get', path: '/cities/{code}', responses: {} },
        handlers: [],
        entries: reader,
      },
    ],
    accessLog: {
      begin: (_response, startedMs) => void begun.push(startedMs),
      record: (request) => void recorded.push(request),
    },
    securityHeaders: [],
  });
  const handled: string[] = [];
  const app = express().use((request, response) => {
    handled.push(request.url);
    response.end();
  });
  const server = createAppServer(app, {}, lane);
  const responses: ServerResponse[] = [];
  server.on('request', (_request, response: ServerResponse) => responses.push(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, questions, begun, recorded, handled, responses };
}

test('who is sent on to Express began when the lane saw it', async (t) => {
  const { url, questions, begun, recorded, handled } = await prepare(t);
  const beforeMs = performance.now();
  const asked = fetch(`${url}/cities/BGR`);
  const { succeed } = await questions.nth(0);
  const seenMs = performance.now();
  succeed(undefined);
  await (await asked).text();
  assert.deepEqual(handled, ['/cities/BGR']);
  assert.equal(begun.length, 1);
  assert.ok(begun.every((startedMs) => startedMs >= beforeMs && startedMs <= seenMs));
  assert.deepEqual(recorded, []);
});

test('who has left while Redis was asked is noted, and not sent on', async (t) => {
  const { url, questions, recorded, handled, responses } = await prepare(t);
  const leaving = new AbortController();
  const asked = fetch(`${url}/cities/BGR`, { signal: leaving.signal });
  const { succeed } = await questions.nth(0);
  leaving.abort();
  await assert.rejects(asked, { name: 'AbortError' });
  await eventually(() => responses[0]?.closed || undefined, { what: 'the connection to be gone' });
  succeed(undefined);
  const noted = await eventually(() => recorded[0], { what: 'the note' });
  assert.equal(noted.route, '/cities/:code');
  assert.deepEqual(noted.details?.(), { aborted: true });
  assert.deepEqual(handled, []);
});
