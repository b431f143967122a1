import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { freePort } from './ports.ts';

async function occupy(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('gives the wanted port when nobody listens there', async () => {
  const free = await freePort();
  assert.equal(await freePort(free), free);
});

test('gives another port when the wanted one is taken', async (t) => {
  const taken = await occupy(t);
  const port = await freePort(taken);
  assert.notEqual(port, taken);
  assert.ok(port > 0);
});
