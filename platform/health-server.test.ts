import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { sendRaw } from '../test/support/raw-http.ts';
import type { HealthReport } from './health.ts';
import { createHealthServer } from './health-server.ts';
import { createLogger } from './logger.ts';
import { createMetrics } from './metrics.ts';

const up: HealthReport = { checks: { kafka: { status: 'up' } } };
const down: HealthReport = {
  checks: { kafka: { status: 'down', error: 'refused' }, redis: { status: 'up' } },
  role: 'standby',
};

interface Line {
  event: string;
  port: number;
}

/** Made but not started; stopped with the test. */
function create(
  t: TestContext,
  options: { host?: string; port?: number; report?: () => HealthReport },
) {
  const { host = '127.0.0.1', port = 0, report = () => up } = options;
  const logger = createLogger({ process: 'test', level: 'silent' });
  const lines: Line[] = [];
  const write = (line: Line) => void lines.push(line);
  t.mock.method(logger, 'child', () => ({ info: write, warn: write, error: write }));
  const metrics = createMetrics('test');
  const server = createHealthServer({ host, port, logger, metrics, report });
  t.after(() => server.stop());
  return { server, lines, metrics };
}

async function start(t: TestContext, report: () => HealthReport = () => up, port = 0) {
  const created = create(t, { report, port });
  await created.server.start();
  const listening = created.lines.find(({ event }) => event === 'health.listening');
  return { ...created, url: `http://127.0.0.1:${listening?.port}` };
}

async function ask(url: string, path: string) {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const wrong = { problem: 'two-of-three', detail: 'two of three are wrong', fix: 'mend them' };

test('a process that found a problem is degraded, and can do its work', async (t) => {
  const { url } = await start(t, () => ({ ...up, problems: [wrong] }));
  const { body } = await ask(url, '/health');
  assert.deepEqual([body.status, body.problems], ['degraded', [wrong]]);
  assert.equal((await ask(url, '/readyz')).status, 200);
});

test('a process is live whatever its servers do, and ready while they are all up', async (t) => {
  let report = up;
  const { url } = await start(t, () => report);
  assert.deepEqual(await ask(url, '/livez'), { status: 200, body: { status: 'ok' } });
  assert.deepEqual(await ask(url, '/readyz'), { status: 200, body: { ready: true } });
  report = down;
  assert.equal((await ask(url, '/livez')).status, 200);
  assert.deepEqual(await ask(url, '/readyz'), { status: 503, body: { ready: false } });
});

test('the health report says what is wrong, and answers 200 for people to read it', async (t) => {
  const { url } = await start(t, () => down);
  const { status, body } = await ask(url, '/health?verbose');
  assert.equal(status, 200);
  const { uptime_s: uptime, ...rest } = body;
  assert.ok(Number.isInteger(uptime));
  assert.deepEqual(rest, { status: 'degraded', ...down });
});

test('a full address in the request line is understood', async (t) => {
  const { url } = await start(t);
  const head = 'GET http://x/livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  assert.equal((await sendRaw(url, head)).status, 200);
});

test('metrics are given in the format of Prometheus, with the name of the process', async (t) => {
  const { url } = await start(t);
  const response = await fetch(`${url}/metrics`);
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  assert.match(await response.text(), /^process_cpu_user_seconds_total\{process="test"\}/m);
});

test('answers are never cached, and what nobody knows is not found', async (t) => {
  const { url } = await start(t);
  const response = await fetch(`${url}/nothing`);
  assert.equal(response.status, 404);
  assert.equal(response.headers.get('cache-control'), 'no-store');
});

test('a report that fails costs its request and nothing else', async (t) => {
  let failing = true;
  const { url, lines } = await start(t, () => {
    assert.ok(!failing, 'no report today');
    return up;
  });
  await assert.rejects(fetch(`${url}/health`));
  assert.ok(lines.some(({ event }) => event === 'health.failed'));
  failing = false;
  assert.equal((await ask(url, '/health')).status, 200);
});

for (const target of ['//', '//[', 'http://[/', '*', '/%ff']) {
  test(`a request for "${target}" does not end the process`, async (t) => {
    const { url } = await start(t);
    const head = `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    assert.equal((await sendRaw(url, head)).status, 404);
    assert.equal((await ask(url, '/livez')).status, 200);
  });
}

test('a taken port is replaced by a free one, and that is said first', async (t) => {
  const taker = createServer().listen(0, '127.0.0.1');
  await once(taker, 'listening');
  t.after(() => void taker.close());
  const { port } = taker.address() as AddressInfo;
  const { url, lines } = await start(t, () => up, port);
  assert.deepEqual(
    lines.map(({ event }) => event),
    ['health.port_taken', 'health.listening'],
  );
  assert.equal((await ask(url, '/livez')).status, 200);
});

test('a host that is not ours is refused, and is no reason to look further', async (t) => {
  const { server, lines } = create(t, { host: '192.0.2.1' });
  await assert.rejects(server.start(), { code: 'EADDRNOTAVAIL' });
  assert.deepEqual(lines, []);
});

test('stopping waits for no request that is under way, and may be repeated', async (t) => {
  const { server, url, metrics } = await start(t);
  const asked = new Promise<void>((resolve) => {
    t.mock.method(metrics, 'metrics', () => {
      resolve();
      return new Promise(() => undefined);
    });
  });
  const cutOff = assert.rejects(fetch(`${url}/metrics`));
  await asked;
  await server.stop();
  await server.stop();
  await cutOff;
  await assert.rejects(fetch(`${url}/livez`));
});
