// GET and HEAD /image/{file_name}: what HTTP promises about an object, kept.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { createBucket } from './support/bucket.ts';
import { startPipeline } from './support/pipeline.ts';
import { assertProblem, toProblemAnswer } from './support/problem.ts';
import { suiteScope } from './support/scope.ts';

const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
const photo = randomBytes(100_000);

describe('images', () => {
  const scope = suiteScope();
  let url: string;
  let etag: string;
  let lastModified: string;

  before(async () => {
    const bucket = await createBucket(scope);
    await bucket.put('flag.svg', svg, 'image/svg+xml');
    await bucket.put('photo.jpg', photo, 'image/jpeg');
    await bucket.put('empty.png', Buffer.alloc(0), 'image/png');
    const env = { S3_BUCKET: bucket.name };
    const pipeline = await startPipeline(scope, { listeners: 0, cleaners: 0, env });
    url = `${(await pipeline.apis[0]?.url()) ?? ''}/image`;
    const { headers } = await fetch(`${url}/photo.jpg`, { method: 'HEAD' });
    etag = headers.get('etag') ?? '';
    lastModified = headers.get('last-modified') ?? '';
  });

  async function read(name: string, headers: Record<string, string> = {}, method = 'GET') {
    const response = await fetch(`${url}/${name}`, { headers, method });
    return { response, body: Buffer.from(await response.arrayBuffer()) };
  }

  test('come whole, with their type, length, etag and date', async () => {
    const { response, body } = await read('photo.jpg');
    assert.equal(response.status, 200);
    assert.ok(body.equals(photo));
    assert.equal(response.headers.get('content-type'), 'image/jpeg');
    assert.equal(response.headers.get('content-length'), String(photo.length));
    assert.equal(response.headers.get('accept-ranges'), 'bytes');
    assert.match(response.headers.get('etag') ?? '', /^"[^"]+"$/);
    assert.ok(!Number.isNaN(Date.parse(response.headers.get('last-modified') ?? '')));
  });

  test('come under /api/v1 as well', async () => {
    const { response, body } = await read('../api/v1/image/photo.jpg');
    assert.equal(response.status, 200);
    assert.ok(body.equals(photo));
  });

  test('an SVG is shown by any page and may run nothing', async () => {
    const { response, body } = await read('flag.svg');
    assert.ok(body.equals(svg));
    assert.equal(response.headers.get('content-type'), 'image/svg+xml');
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /sandbox/);
    assert.doesNotMatch(policy, /script/);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(response.headers.get('cross-origin-resource-policy'), 'cross-origin');
  });

  test('HEAD gives the headers of GET and no body', async () => {
    const get = await read('photo.jpg');
    const head = await read('photo.jpg', {}, 'HEAD');
    assert.equal(head.response.status, 200);
    assert.equal(head.body.length, 0);
    for (const name of ['content-type', 'content-length', 'etag', 'last-modified']) {
      assert.equal(head.response.headers.get(name), get.response.headers.get(name), name);
    }
  });

  test('one without bytes is an answer too', async () => {
    const { response, body } = await read('empty.png');
    assert.deepEqual([response.status, body.length], [200, 0]);
    assert.equal(response.headers.get('content-length'), '0');
  });

  test('what the client still has is not sent again', async () => {
    const fresh: Record<string, string>[] = [
      { 'if-none-match': etag },
      { 'if-none-match': `W/${etag}` },
      { 'if-none-match': `"other", ${etag}` },
      { 'if-none-match': '*' },
      { 'if-modified-since': lastModified },
      { 'if-none-match': etag, 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
    ];
    for (const headers of fresh) {
      for (const method of ['GET', 'HEAD']) {
        const { response, body } = await read('photo.jpg', headers, method);
        assert.deepEqual([response.status, body.length], [304, 0], JSON.stringify(headers));
        assert.equal(response.headers.get('etag'), etag);
        assert.equal(response.headers.get('content-type'), null);
      }
    }
  });

  test('what has changed since is sent', async () => {
    const stale: Record<string, string>[] = [
      { 'if-none-match': '"other"' },
      { 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
      { 'if-modified-since': 'not a date' },
      { 'if-none-match': '"other"', 'if-modified-since': lastModified },
    ];
    for (const headers of stale) {
      const { response, body } = await read('photo.jpg', headers);
      assert.equal(response.status, 200, JSON.stringify(headers));
      assert.ok(body.equals(photo));
    }
  });

  const size = photo.length;
  const parts: [range: string, start: number, end: number][] = [
    ['bytes=0-9', 0, 9],
    ['bytes=5-5', 5, 5],
    ['bytes=99990-', 99_990, size - 1],
    ['bytes=-7', size - 7, size - 1],
    ['bytes=0-999999999', 0, size - 1],
    ['bytes=-999999999', 0, size - 1],
  ];
  for (const [range, start, end] of parts) {
    test(`Range ${range} gives that part`, async () => {
      const { response, body } = await read('photo.jpg', { range });
      assert.equal(response.status, 206);
      assert.equal(response.headers.get('content-range'), `bytes ${start}-${end}/${size}`);
      assert.equal(response.headers.get('content-length'), String(end - start + 1));
      assert.equal(response.headers.get('etag'), etag);
      assert.ok(body.equals(photo.subarray(start, end + 1)));
    });
  }

  for (const [name, range, length] of [
    ['photo.jpg', `bytes=${size}-`, size],
    ['photo.jpg', 'bytes=999999999-', size],
    ['empty.png', 'bytes=0-0', 0],
  ] as const) {
    test(`Range ${range} of ${length} bytes can not be given`, async () => {
      const response = await fetch(`${url}/${name}`, { headers: { range } });
      const answer = await toProblemAnswer(response);
      assertProblem(answer, 416);
      assert.equal(answer.headers['content-range'], `bytes */${length}`);
      assert.equal(answer.headers.etag, undefined);
    });
  }

  test('a range that is not one part of the bytes gives the whole', async () => {
    for (const range of ['bytes=0-1,5-6', 'bytes=9-5', 'lines=0-1', 'nonsense']) {
      const { response, body } = await read('photo.jpg', { range });
      assert.equal(response.status, 200, range);
      assert.ok(body.equals(photo));
    }
  });

  test('If-Range gives a part only of the version that the client knows', async () => {
    for (const known of [etag, lastModified]) {
      const { response } = await read('photo.jpg', { range: 'bytes=0-9', 'if-range': known });
      assert.equal(response.status, 206, known);
    }
    for (const other of ['"other"', `W/${etag}`, 'Thu, 01 Jan 1970 00:00:00 GMT']) {
      const { response } = await read('photo.jpg', { range: 'bytes=0-9', 'if-range': other });
      assert.equal(response.status, 200, other);
    }
  });

  test('what the client still has is not sent again, even if it asks for a part', async () => {
    const { response } = await read('photo.jpg', { range: 'bytes=0-9', 'if-none-match': etag });
    assert.equal(response.status, 304);
  });

  test('a missing one is not found, whichever way it is asked for', async () => {
    const ways: Record<string, string>[] = [
      {},
      { range: 'bytes=0-1' },
      { 'if-none-match': '*' },
      { 'if-modified-since': lastModified },
    ];
    for (const headers of ways) {
      const response = await fetch(`${url}/none.png`, { headers });
      assertProblem(await toProblemAnswer(response), 404);
    }
    const head = await read('none.png', {}, 'HEAD');
    assert.deepEqual([head.response.status, head.body.length], [404, 0]);
  });
});
