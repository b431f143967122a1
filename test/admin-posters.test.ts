// Posters: streamed to the object store, served from it, replaced, and never half there.

import assert from 'node:assert/strict';
import { request } from 'node:http';
import { before, describe, test } from 'node:test';
import { adminEnv, type AdminAnswer, makeToken, type Send, sendAs } from './support/admin.ts';
import { type Bucket, createBucket } from './support/bucket.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { assertProblem } from './support/problem.ts';
import type { LogLine } from './support/processes.ts';
import { suiteScope } from './support/scope.ts';

const limitBytes = 10 * 1024 * 1024;
const script = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
const pngType = { 'content-type': 'image/png' };

function png(bytes: number): Buffer<ArrayBuffer> {
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(bytes - 8, 7)]);
}

describe('posters', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let bucket: Bucket;
  let url: string;
  let token: string;
  let send: Send;
  let path: string;

  before(async () => {
    bucket = await createBucket(scope);
    const env = { ...adminEnv, S3_BUCKET: bucket.name };
    pipeline = await startPipeline(scope, { listeners: 0, cleaners: 0, env });
    url = (await pipeline.apis[0]?.url()) ?? '';
    token = await makeToken();
    send = sendAs(token, url);
    const { json } = await send('POST', '/movies', { body: { title: 'A film' } });
    const { id } = (json as { data: { id: string } }).data;
    await send('POST', `/movies/${id}/publish`);
    path = `/movies/${id}`;
  });

  const posterOf = ({ json }: AdminAnswer) =>
    (json as { data: { poster_url: string | null } }).data.poster_url ?? '';

  for (const bytes of [9, 1024, 70_000, limitBytes]) {
    test(`an image of ${bytes} bytes is served as it was sent, and the old one goes`, async () => {
      const old = posterOf(await send('GET', path));
      const body = png(bytes);
      const put = await send('PUT', `${path}/poster`, { body, headers: pngType });
      assert.equal(put.status, 200, put.body);
      const address = posterOf(put);
      assert.match(address, /^\/image\/poster-[0-9a-f-]+\.png$/);
      assert.equal(put.headers.etag, (await send('GET', path)).headers.etag);
      assert.equal(posterOf(await sendAs(null, url)('GET', path)), address);
      const image = await fetch(`${url}${address}`);
      assert.equal(image.headers.get('content-type'), 'image/png');
      assert.ok(body.equals(Buffer.from(await image.arrayBuffer())));
      assert.deepEqual(await bucket.names(), [address.slice('/image/'.length)]);
      if (old !== '') {
        assert.equal((await fetch(`${url}${old}`)).status, 404);
      }
    });
  }

  test('an SVG with a script is served under a policy that can not run it', async () => {
    const headers = { 'content-type': 'image/svg+xml' };
    const put = await send('PUT', `${path}/poster`, { body: script, headers });
    assert.equal(put.status, 200, put.body);
    const image = await fetch(`${url}${posterOf(put)}`);
    assert.equal(image.headers.get('content-type'), 'image/svg+xml');
    const policy = image.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /(^|; )sandbox(;|$)/);
    assert.doesNotMatch(policy, /script-src|allow-scripts|unsafe-eval/);
    assert.equal(image.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(await image.text(), script);
  });

  const refused: [
    status: number,
    title: string,
    body: string | Buffer<ArrayBuffer>,
    type: string,
  ][] = [
    [415, 'a page', '<html></html>', 'text/html'],
    [415, 'a page that says it is an SVG', '<html></html>', 'image/svg+xml'],
    [415, 'an SVG that says it is a PNG', script, 'image/png'],
    [415, 'nothing', '', 'image/png'],
    [413, 'a byte too many', png(limitBytes + 1), 'image/png'],
  ];
  for (const [status, title, body, type] of refused) {
    test(`${title} is refused with ${status}, and nothing is stored`, async () => {
      const before = await send('GET', path);
      const headers = { 'content-type': type };
      assertProblem(await send('PUT', `${path}/poster`, { body, headers }), status);
      assert.equal((await send('GET', path)).headers.etag, before.headers.etag);
      assert.equal((await bucket.names()).length, 1);
    });
  }

  test('large bytes of another type are refused while they are still sent', async () => {
    const before = await bucket.names();
    const body = Buffer.alloc(limitBytes / 2, 'no image ');
    assertProblem(await send('PUT', `${path}/poster`, { body, headers: pngType }), 415);
    assert.deepEqual(await bucket.names(), before);
  });

  test('an image that another film shows stays, one that nobody shows goes', async () => {
    const address = posterOf(
      await send('PUT', `${path}/poster`, { body: png(50), headers: pngType }),
    );
    const body = { title: 'Another', poster_url: address };
    const { json } = await send('POST', '/movies', { body });
    const other = `/movies/${(json as { data: { id: string } }).data.id}`;
    await send('PUT', `${path}/poster`, { body: png(60), headers: pngType });
    assert.equal((await fetch(`${url}${address}`)).status, 200);
    assert.equal((await send('DELETE', other)).status, 204);
    assert.equal((await fetch(`${url}${address}`)).status, 404);
    const taken = { body: { poster_url: null }, headers: { 'if-match': '*' } };
    assert.equal((await send('PATCH', path, taken)).status, 200);
    assert.deepEqual(await bucket.names(), []);
    await send('PUT', `${path}/poster`, { body: png(70), headers: pngType });
  });

  test('a film that is not there, or has changed, takes no image', async () => {
    const body = png(100);
    const nobody = `/movies/${crypto.randomUUID()}/poster`;
    assertProblem(await send('PUT', nobody, { body, headers: pngType }), 404);
    const headers = { ...pngType, 'if-match': '"other"' };
    assertProblem(await send('PUT', `${path}/poster`, { body, headers }), 412);
    assertProblem(await sendAs(null, url)('PUT', `${path}/poster`, { body, headers }), 401);
    assert.equal((await bucket.names()).length, 1);
  });

  test('a body whose length nobody says is a 411', async () => {
    const upload = await beginUpload({ 'transfer-encoding': 'chunked' });
    upload.end(png(100));
    const [response] = await upload.answered;
    assert.equal(response?.statusCode, 411);
  });

  test('a client that goes away in the middle leaves nothing, and what there was', async () => {
    const before = await send('GET', path);
    const since = pipeline.apis[0]?.logs.length ?? 0;
    const upload = await beginUpload({ 'content-length': String(limitBytes) });
    await new Promise((resolve) => upload.write(png(3_000_000), resolve));
    upload.destroy();
    const where = ({ action }: LogLine) => action === 'PUT /movies/:id/poster';
    const line = await pipeline.apis[0]?.waitForEvent('admin.write', { since, where });
    assert.equal(line?.outcome, 'unknown');
    assert.equal((await send('GET', path)).headers.etag, before.headers.etag);
    // S3Proxy forgets the file that it was writing, under a name that no poster has.
    const posters = (await bucket.names()).filter((name) => /^poster-[0-9a-f-]+\.\w+$/.test(name));
    assert.deepEqual(posters, [posterOf(before).slice('/image/'.length)]);
    const ours = pipeline.apis[0]?.logs.slice(since).filter(({ level }) => level === 'error');
    assert.deepEqual(ours, []);
  });

  async function beginUpload(headers: Record<string, string>) {
    const upload = request(`${url}${path}/poster`, {
      method: 'PUT',
      headers: { ...pngType, authorization: `Bearer ${token}`, ...headers },
    });
    const answered = new Promise<[{ statusCode?: number | undefined }?]>((resolve) => {
      upload.on('response', (response) => resolve([response.resume()]));
      upload.on('error', () => resolve([]));
    });
    return Object.assign(upload, { answered });
  }
});
