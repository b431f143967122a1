import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import express, { type RequestHandler } from 'express';
import {
  dataProtection,
  pageProtection,
  securityHeaders,
  setSecurityHeaders,
} from './security-headers.ts';

/** The headers of an answer behind that middleware, but those of every answer. */
async function headersBehind(t: TestContext, ...middleware: RequestHandler[]) {
  const app = express()
    .disable('x-powered-by')
    .use(...middleware);
  app.get('/', (_request, response) => void response.end());
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { headers } = await fetch(`http://127.0.0.1:${port}/`, {
    headers: { connection: 'close' },
  });
  return Object.fromEntries([...headers].filter(([name]) => name !== 'date'));
}

for (const [kind, all] of Object.entries({ pages: pageProtection, data: dataProtection })) {
  test(`the list for ${kind} is what helmet sends, header by header`, async (t) => {
    const ours = await headersBehind(t, setSecurityHeaders(securityHeaders(all)));
    assert.deepEqual(ours, await headersBehind(t, ...all));
    assert.ok(ours['content-security-policy']);
  });
}

test('data carries what matters where nothing is run, and no more', () => {
  assert.deepEqual(securityHeaders(dataProtection), [
    'content-security-policy',
    "default-src 'none';frame-ancestors 'none'",
    'cross-origin-resource-policy',
    'same-origin',
    'x-content-type-options',
    'nosniff',
  ]);
});
