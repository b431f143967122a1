// Who may see the dashboard, what it is made of, and what it costs when nobody looks.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { sendRaw } from './support/raw-http.ts';
import { suiteScope } from './support/scope.ts';

describe('the dashboard', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let url: string;

  before(async () => {
    pipeline = await startPipeline(scope, {
      ...{ listeners: 0, cleaners: 0, env: { OPS_PAGE: 'on' } },
    });
    const [api] = pipeline.apis;
    assert.ok(api);
    url = await api.url();
  });

  const sessions = async () => {
    const [row] = await pipeline.sql<{ count: number }>(
      `select count(*)::integer as count from pg_stat_activity
        where application_name = 'cinesync-observer' and datname = current_database()`,
    );
    return row?.count ?? 0;
  };

  test('holds nothing that comes from elsewhere', async () => {
    const response = await fetch(`${url}/ops`);
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; /);
    assert.doesNotMatch(policy, /unsafe|https?:/);
    assert.equal(response.headers.get('cross-origin-opener-policy'), 'same-origin');
    assert.doesNotMatch(await response.text(), /https?:|style=|onclick=/);
    assert.equal(new URL((await fetch(`${url}/ops/`)).url).pathname, '/ops');
  });

  test('shows its figures to this machine, and to nobody whom a proxy brings', async () => {
    const abort = new AbortController();
    const here = await fetch(`${url}/ops/events`, { signal: abort.signal });
    assert.equal(here.status, 200);
    assert.match(here.headers.get('content-type') ?? '', /^text\/event-stream/);
    abort.abort();
    const headers = { 'x-forwarded-for': '192.0.2.7' };
    const forwarded = await fetch(`${url}/ops/events`, { headers });
    assert.equal(forwarded.status, 401);
    const head = 'GET /ops/events HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n';
    assert.equal((await sendRaw(url, head)).status, 401);
  });

  test('changes nothing unless it is a demonstration', async () => {
    assert.equal((await fetch(`${url}/ops/demo`, { method: 'POST' })).status, 404);
  });

  test('asks nothing of anybody before somebody watches, nor after', async () => {
    await eventually(async () => (await sessions()) === 0 || undefined, { what: 'rest' });
    const abort = new AbortController();
    const watching = await fetch(`${url}/ops/events`, { signal: abort.signal });
    await eventually(async () => (await sessions()) > 0 || undefined, { what: 'a look' });
    abort.abort();
    await watching.text().catch(() => '');
    await eventually(async () => (await sessions()) === 0 || undefined, {
      what: 'the last look to be over',
      timeoutMs: 30_000,
    });
  });
});

test('there is no dashboard unless it is asked for', async (t) => {
  const pipeline = await startPipeline(t, { listeners: 0, cleaners: 0 });
  const url = await pipeline.apis[0]?.url();
  assert.equal((await fetch(`${url}/ops`)).status, 404);
});
