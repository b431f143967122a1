import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { before, describe, test } from 'node:test';
import express from 'express';
import { pino } from 'pino';
import { z } from 'zod';
import { createMetrics } from '../platform/metrics.ts';
import { suiteScope } from '../test/support/scope.ts';
import { assertProblem, toProblemAnswer } from '../test/support/problem.ts';
import { createAccessLog } from './access-log.ts';
import { createAppServer } from './create-app-server.ts';
import { createApp } from './create-app.ts';
import { defineEndpoint, type Endpoint, sendJson } from './endpoint.ts';
import { Problem } from './problem.ts';
import { dataProtection, securityHeaders } from './security-headers.ts';

const shape = z.strictObject({
  title: z.string().max(5, 'must be 5 characters or fewer'),
  'a/b~c': z.array(z.int('must be a whole number')).optional(),
});

const endpoints: Endpoint[] = [
  defineEndpoint({
    path: '/things/{id}',
    tag: 'things',
    summary: 'A thing',
    params: z.object({ id: z.string() }),
    responses: {},
    handle: ({ params, response }) => sendJson(response, JSON.stringify(params)),
  }),
  defineEndpoint({
    method: 'patch',
    path: '/things/{id}',
    tag: 'things',
    summary: 'Change a thing',
    headers: z.object({ 'If-Match': z.string({ error: 'is needed' }) }),
    body: { schema: shape, contentTypes: ['application/json', 'application/merge-patch+json'] },
    responses: {},
    handle: ({ body, headers, response }) => sendJson(response, JSON.stringify({ body, headers })),
  }),
  defineEndpoint({
    method: 'delete',
    path: '/things/{id}',
    tag: 'things',
    summary: 'Remove a thing',
    access: {
      guards: [
        () => {
          throw new Problem(401, 'Who are you?');
        },
      ],
      security: [{ key: [] }],
      responses: { 401: { description: 'Unknown' } },
    },
    responses: { 204: { description: 'Gone' } },
    handle: ({ response }) => void response.status(204).end(),
  }),
];

describe('an endpoint', () => {
  const scope = suiteScope();
  let url: string;

  before(async () => {
    const logger = pino({ level: 'silent' });
    const metrics = createMetrics('test');
    const accessLog = createAccessLog({ logger, metrics });
    const docs = express.Router();
    const app = createApp({
      endpoints,
      docs,
      accessLog,
      securityHeaders: securityHeaders(dataProtection),
    });
    const server = createAppServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    scope.after(() => void server.close());
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/things/1`;
  });

  async function patch(body: string | Buffer<ArrayBuffer>, headers: Record<string, string> = {}) {
    return await fetch(url, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'if-match': '*', ...headers },
      body: body,
    });
  }

  async function refused(status: number, body: string | Buffer<ArrayBuffer>, headers = {}) {
    return assertProblem(await toProblemAnswer(await patch(body, headers)), status);
  }

  test('takes its body in each of its content types, whatever the charset is called', async () => {
    const types = ['application/json', 'application/merge-patch+json; charset=utf-8'];
    for (const type of types) {
      const response = await patch('{"title":"Ünï"}', { 'content-type': type });
      assert.deepEqual(await response.json(), {
        body: { title: 'Ünï' },
        headers: { 'If-Match': '*' },
      });
    }
  });

  test('shares its address with others, each method its own', async () => {
    assert.equal((await fetch(url)).status, 200);
    assert.equal((await fetch(url, { method: 'HEAD' })).status, 200);
    const answer = await toProblemAnswer(await fetch(url, { method: 'PUT' }));
    assertProblem(answer, 405);
    assert.equal(answer.headers.allow, 'GET, HEAD, PATCH, DELETE, OPTIONS');
    const options = await fetch(url, { method: 'OPTIONS' });
    assert.equal(options.headers.get('allow'), 'GET, HEAD, PATCH, DELETE, OPTIONS');
  });

  test('asks who calls before it looks at anything else', async () => {
    const response = await fetch(url, { method: 'DELETE', body: '{' });
    assertProblem(await toProblemAnswer(response), 401);
  });

  test('names each mistake in a body by its pointer', async () => {
    const body = '{"title":"too long","a/b~c":[1,"x"],"__proto__":{"x":1},"more":1}';
    const { errors, detail } = await refused(422, body);
    assert.deepEqual(errors, [
      { pointer: '/title', detail: 'must be 5 characters or fewer' },
      { pointer: '/a~1b~0c/1', detail: 'must be a whole number' },
      { pointer: '/__proto__', detail: 'is not known here' },
      { pointer: '/more', detail: 'is not known here' },
    ]);
    assert.match(detail, /^\/title: must be 5 characters or fewer; /);
  });

  test('names the body itself when it is not even an object', async () => {
    for (const body of ['[]', 'null', '1', '"text"']) {
      assert.equal((await refused(422, body)).errors?.[0]?.pointer, '', body);
    }
  });

  const unreadable: [
    status: number,
    title: string,
    body: string | Buffer<ArrayBuffer>,
    headers?: object,
  ][] = [
    [400, 'an empty body', ''],
    [400, 'half a body', '{"title":'],
    [400, 'bytes that are no UTF-8', Buffer.from('{"title":"\xff"}', 'latin1')],
    [400, 'JSON nested too deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    [400, 'JSON a little too deep', `${'['.repeat(17)}${']'.repeat(17)}`],
    [413, 'a body over the limit', Buffer.alloc(256 * 1024 + 1, 32)],
    [415, 'another type', 'title=x', { 'content-type': 'application/x-www-form-urlencoded' }],
    [415, 'no type', Buffer.from('{}'), { 'content-type': '' }],
    [415, 'a compressed body', '{}', { 'content-encoding': 'gzip' }],
  ];
  for (const [status, title, body, headers] of unreadable) {
    test(`refuses ${title} with ${status}`, async () => {
      await refused(status, body, headers);
    });
  }

  test('says which types it takes', async () => {
    const answer = await toProblemAnswer(await patch('x', { 'content-type': 'text/plain' }));
    assertProblem(answer, 415);
    const types = 'application/json, application/merge-patch+json';
    assert.deepEqual([answer.headers.accept, answer.headers['accept-patch']], [types, types]);
  });

  test('refuses an endless body as soon as it is over the limit', async () => {
    const chunk = Buffer.alloc(64 * 1024, 32);
    let sent = 0;
    const body = new ReadableStream({
      pull: (controller) => {
        sent += 1;
        controller.enqueue(chunk);
        if (sent === 100) {
          controller.close();
        }
      },
    });
    const response = await fetch(url, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'if-match': '*' },
      body,
      duplex: 'half',
    });
    assertProblem(await toProblemAnswer(response), 413);
  });

  test('says what a header lacks', async () => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'PATCH', headers, body: '{}' });
    const { detail } = assertProblem(await toProblemAnswer(response), 400);
    assert.equal(detail, 'If-Match: is needed');
  });

  test('documents all of it', () => {
    const [read, change, remove] = endpoints.map(({ documentation }) => documentation);
    assert.equal(read?.operationId, 'getThingsById');
    assert.equal(change?.operationId, 'patchThingsById');
    assert.deepEqual(Object.keys(change?.responses ?? {}), ['400', '413', '415', '422']);
    assert.deepEqual(Object.keys(change?.request?.body?.content ?? {}), [
      'application/json',
      'application/merge-patch+json',
    ]);
    assert.deepEqual(remove?.security, [{ key: [] }]);
    assert.deepEqual(Object.keys(remove?.responses ?? {}), ['204', '401']);
  });
});
