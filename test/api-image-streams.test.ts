// Large images pass through: never held in memory, given up when the client goes away, and never
// passed off as whole when the object store breaks off.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { before, describe, test } from 'node:test';
import { createBucket } from './support/bucket.ts';
import { eventually } from './support/eventually.ts';
import { startPipeline } from './support/pipeline.ts';
import type { RunningProcess } from './support/processes.ts';
import { suiteScope } from './support/scope.ts';
import { servers } from './support/servers.ts';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy.ts';

const mebibyte = 1024 * 1024;
const sizeBytes = 50 * mebibyte;
const image = randomBytes(sizeBytes);

describe('a 50 MB image', () => {
  const scope = suiteScope();
  let api: RunningProcess;
  let url: string;
  let imageUrl: string;
  let store: TcpProxy;

  before(async () => {
    const bucket = await createBucket(scope);
    await bucket.put('large.png', image, 'image/png');
    const { S3_ENDPOINT } = servers();
    store = await startTcpProxy(scope, S3_ENDPOINT);
    const env = { S3_BUCKET: bucket.name, S3_ENDPOINT: store.through(S3_ENDPOINT) };
    const pipeline = await startPipeline(scope, { apis: 0, listeners: 0, cleaners: 0, env });
    api = pipeline.startApi();
    url = await api.url();
    imageUrl = `${url}/image/large.png`;
  });

  async function startReading(): Promise<IncomingMessage> {
    const [response] = (await once(get(imageUrl), 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 200);
    await once(response, 'readable');
    return response;
  }

  async function readMemoryMebibytes(): Promise<number> {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const [, bytes] = /^process_resident_memory_bytes\{.*\} (\S+)/m.exec(metrics) ?? [];
    return Number(bytes) / mebibyte;
  }

  async function download(): Promise<string> {
    const hash = createHash('sha256');
    const response = await fetch(imageUrl);
    for await (const chunk of response.body ?? []) {
      hash.update(chunk);
    }
    return hash.digest('hex');
  }

  test('arrives as it is', async () => {
    assert.equal(await download(), createHash('sha256').update(image).digest('hex'));
  });

  test('is not held in memory, not even for clients that do not read on', async () => {
    await download();
    const before = await readMemoryMebibytes();
    const stalled = await Promise.all(Array.from({ length: 4 }, startReading));
    let highest = before;
    // The downloads that pass by the stalled ones give them the time to fill any buffer.
    for (let round = 0; round < 3; round += 1) {
      await download();
      highest = Math.max(highest, await readMemoryMebibytes());
    }
    for (const response of stalled) {
      response.destroy();
    }
    const growth = highest - before;
    assert.ok(growth < 60, `350 MB on their way took ${growth.toFixed(0)} MB of memory`);
  });

  test('is no longer fetched when its client goes away', async () => {
    // Connections of earlier transfers are kept for later ones; only new ones are of interest.
    await store.open();
    const earlier = store.bytesDown;
    const response = await startReading();
    await eventually(() => (store.countLinksAbove(mebibyte / 4) === 1 ? true : undefined), {
      what: 'the transfer to be under way',
    });
    response.destroy();
    await eventually(() => (store.countLinksAbove(mebibyte / 4) === 0 ? true : undefined), {
      what: 'the transfer from the object store to be given up',
    });
    const fetched = store.bytesDown - earlier;
    assert.ok(fetched < sizeBytes, `${fetched} of ${sizeBytes} bytes were fetched`);
    assert.ok(!api.logs.some(({ event }) => event === 'image.broken_off'));
  });

  test('that breaks off on the way is not passed off as whole', async () => {
    const since = api.logs.length;
    const response = await startReading();
    await store.cut();
    await assert.rejects(async () => {
      for await (const _ of response) {
        // Only the end matters.
      }
    }, /aborted|ECONNRESET/);
    await store.open();
    const { level } = await api.waitForEvent('image.broken_off', { since });
    assert.equal(level, 'warn');
    assert.equal(await download(), createHash('sha256').update(image).digest('hex'));
  });
});
