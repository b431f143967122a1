// /openapi.json and /docs: valid, in step with what is served, and free of inline scripts.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createBucket } from './support/bucket.ts';
import { eventually } from './support/eventually.ts';
import { startPipeline } from './support/pipeline.ts';
import { suiteScope } from './support/scope.ts';

interface Operation {
  summary: string;
  tags: string[];
  parameters?: { name: string; in: string; required?: boolean; schema: object }[];
  responses: Record<string, { description: string; content?: Record<string, unknown> }>;
}

interface OpenApi {
  openapi: string;
  info: { title: string; version: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

const film = '00000000-0000-4000-8000-000000000001';
const examples: Record<string, string> = { code: 'BGR', id: film, file_name: 'flag.svg' };

describe('the documentation', () => {
  const scope = suiteScope();
  let url: string;
  let document: OpenApi;

  before(async () => {
    const bucket = await createBucket(scope);
    await bucket.put('flag.svg', Buffer.from('<svg/>'), 'image/svg+xml');
    const env = { S3_BUCKET: bucket.name };
    const pipeline = await startPipeline(scope, { listeners: 0, cleaners: 0, env });
    // One of each kind with the same id, so that one example serves every address.
    await pipeline.sql(`
      insert into movies (id, title, is_published) values ('${film}', 'A', true);
      insert into genres values ('${film}', 'Western');
      insert into persons (id, full_name) values ('${film}', 'Ann')`);
    url = (await pipeline.apis[0]?.url()) ?? '';
    document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApi;
  });

  function operations(isWanted: (method: string) => boolean = () => true) {
    return Object.entries(document.paths).flatMap(([path, item]) => {
      const wanted = Object.entries(item).filter(([method]) => isWanted(method));
      return wanted.map(([, operation]) => [path, operation] as [string, Operation]);
    });
  }

  test('names every address, and no other', () => {
    assert.deepEqual(Object.keys(document.paths).toSorted(), [
      '/cities/{code}',
      '/genres',
      '/genres/{id}',
      '/genres/{id}/movies',
      '/health',
      '/image/{file_name}',
      '/livez',
      '/metrics',
      '/movies',
      '/movies/popular',
      '/movies/search',
      '/movies/{id}',
      '/movies/{id}/poster',
      '/movies/{id}/publish',
      '/movies/{id}/unpublish',
      '/openapi.json',
      '/persons',
      '/persons/{id}',
      '/readyz',
    ]);
  });

  test('is OpenAPI 3.1, whole in itself', () => {
    assert.match(document.openapi, /^3\.1\.\d$/);
    assert.ok(document.info.title.length > 0 && document.info.version.length > 0);
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    assert.ok(references.length > 5, 'shapes are referred to by name');
    for (const [, name = ''] of references) {
      assert.ok(name in document.components.schemas, name);
    }
    assert.equal(references.length, [...text.matchAll(/"\$ref"/g)].length);
  });

  test('says of every address what it takes and answers', () => {
    for (const [path, operation] of operations()) {
      assert.ok(operation.summary.length > 0, path);
      assert.equal(operation.tags.length, 1, path);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      assert.deepEqual(
        declared.map(({ name }) => name),
        inPath,
      );
      assert.ok(declared.every(({ required }) => required));
      for (const [status, response] of Object.entries(operation.responses)) {
        assert.ok(response.description.length > 0);
        if (Number(status) >= 400 && path !== '/readyz' && path !== '/health') {
          assert.deepEqual(Object.keys(response.content ?? {}), ['application/problem+json']);
        }
      }
    }
  });

  test('documents the limits of the parameters of a list', () => {
    const parameters = document.paths['/movies']?.get?.parameters ?? [];
    const year = { type: 'integer', minimum: 1, maximum: 9999 };
    const limits: Record<string, object> = {
      query: { type: 'string', maxLength: 200 },
      genre: { type: 'string', format: 'uuid' },
      person: { type: 'string', format: 'uuid' },
      year_from: year,
      year_to: year,
      rating_min: { type: 'number', minimum: 0, maximum: 10 },
      page: { type: 'integer', minimum: 1, maximum: 10_000, default: 1 },
      size: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    };
    for (const { name, schema } of parameters.filter((parameter) => parameter.name !== 'sort')) {
      const { description: _, example: __, ...rest } = schema as Record<string, unknown>;
      assert.deepEqual(rest, limits[name], name);
    }
    assert.deepEqual(
      parameters.map(({ name }) => name).filter((name) => name !== 'sort'),
      Object.keys(limits),
    );
  });

  test('is true: every address that is read answers as documented, on each server', async () => {
    for (const { url: prefix } of document.servers) {
      for (const [path, operation] of operations((method) => method === 'get')) {
        const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => examples[name] ?? name);
        // A busy machine may be slow to be healthy; the other addresses are right at once.
        const response = await eventually(
          async () => {
            const asked = await fetch(`${url}${prefix.replace(/\/$/, '')}${address}`);
            await asked.arrayBuffer();
            return asked.status === 503 ? undefined : asked;
          },
          { what: `${address} to answer` },
        );
        const documented = operation.responses[response.status];
        assert.ok(response.ok && documented, `${address}: ${response.status}`);
        const [mediaType = ''] = (response.headers.get('content-type') ?? '').split(';');
        const [documentedType = ''] = Object.keys(documented.content ?? {});
        assert.ok(
          mediaType.startsWith(documentedType.replace('*', '')),
          `${address}: ${mediaType}`,
        );
      }
    }
  });

  for (const prefix of ['', '/api/v1']) {
    test(`${prefix}/docs is a page whose scripts and styles are all files of ours`, async () => {
      const page = await fetch(`${url}${prefix}/docs`);
      assert.equal(page.status, 200);
      assert.equal(page.url, `${url}${prefix}/docs/`);
      const policy = page.headers.get('content-security-policy') ?? '';
      assert.match(policy, /script-src 'self'(;|$)/);
      assert.doesNotMatch(policy, /upgrade-insecure-requests/);
      assert.equal(page.headers.get('cross-origin-opener-policy'), 'same-origin');
      const html = await page.text();
      assert.doesNotMatch(html, /<script>|<script [^>]*>[^<\s]|\son\w+=/);
      const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file);
      assert.ok(files.length >= 4);
      for (const file of files) {
        const asset = await fetch(new URL(file, page.url));
        await asset.arrayBuffer();
        assert.equal(asset.status, 200, file);
      }
      const script = await (await fetch(new URL('swagger-ui-init.js', page.url))).text();
      assert.match(script, /"url": "\.\.\/openapi\.json"/);
    });
  }
});
