// What clients may keep, and how they ask whether it still holds.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { suiteScope } from './support/scope.ts';

describe('an answer that a client has kept', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let url: string;

  before(async () => {
    pipeline = await startPipeline(scope, { listeners: 0, cleaners: 0 });
    url = `${await pipeline.apis[0]?.url()}/cities/BGR`;
    await pipeline.sql(
      `insert into city (name, countrycode, population) values ('Dobric', 'BGR', 1)`,
    );
  });

  async function ask(etag?: string, method = 'GET'): Promise<Response> {
    const headers = etag === undefined ? {} : { 'if-none-match': etag };
    return await fetch(url, { method, headers });
  }

  function tagOf(response: Response): string {
    return response.headers.get('etag') ?? '';
  }

  test('may be kept, and has to be asked about before it is used', async () => {
    const { headers } = await ask();
    assert.equal(headers.get('cache-control'), 'no-cache');
    assert.equal(headers.get('vary'), 'Accept-Encoding');
    assert.match(headers.get('etag') ?? '', /^W\/".+"$/);
  });

  test('has one tag for the same data, from the database and from the cache', async () => {
    await pipeline.redis.command('DEL', 'cities_BGR');
    const tags = new Set<string>();
    for (const source of ['database', 'cache', 'cache']) {
      const response = await ask();
      assert.equal(((await response.json()) as { source: string }).source, source);
      tags.add(tagOf(response));
    }
    assert.equal(tags.size, 1);
  });

  for (const method of ['GET', 'HEAD']) {
    test(`is confirmed by 304 without a body (${method})`, async () => {
      const full = await ask(undefined, method);
      const response = await ask(`"other", ${tagOf(full)}`, method);
      assert.equal(response.status, 304);
      assert.equal(await response.text(), '');
      for (const name of ['etag', 'cache-control', 'vary', 'x-content-type-options']) {
        assert.equal(response.headers.get(name), full.headers.get(name), name);
      }
      assert.match(response.headers.get('cache-status') ?? '', /^CineSync; hit/);
      assert.equal(response.headers.get('content-length'), null);
    });
  }

  test('is confirmed by a database answer too, when the row is the same again', async () => {
    const etag = tagOf(await ask());
    await pipeline.redis.command('DEL', 'cities_BGR');
    const response = await ask(etag);
    assert.equal(response.status, 304);
    assert.match(response.headers.get('cache-status') ?? '', /fwd=miss/);
  });

  test('is not confirmed once the row has changed', async () => {
    const etag = tagOf(await ask());
    await pipeline.sql(`update city set population = population + 1 where countrycode = 'BGR'`);
    await pipeline.redis.command('DEL', 'cities_BGR');
    for (const source of ['database', 'cache']) {
      const response = await ask(etag);
      assert.equal(response.status, 200);
      assert.notEqual(tagOf(response), etag);
      assert.equal(((await response.json()) as { source: string }).source, source);
    }
  });
});
