// What readers see while a server is away, slow or silent: answers wherever one can be given, a
// problem document that says to try again where not, and never a process that ends.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createBucket } from './support/bucket.ts';
import { eventually } from './support/eventually.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { assertProblem, toProblemAnswer } from './support/problem.ts';
import type { RunningProcess } from './support/processes.ts';
import { installReadGate } from './support/read-gate.ts';
import { suiteScope } from './support/scope.ts';
import { servers } from './support/servers.ts';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy.ts';

interface Health {
  status: string;
  checks: Record<string, { status: string; error?: string }>;
}

const dobric = [{ name: 'Dobric', population: 111_001 }];

describe('while a server is away', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let api: RunningProcess;
  let url: string;
  let proxies: Record<'postgres' | 'redis' | 'object_store', TcpProxy>;

  before(async () => {
    pipeline = await startPipeline(scope, { apis: 0, listeners: 0, cleaners: 0 });
    await pipeline.sql(`insert into city values (1, 'Dobric', 'BGR', 111001)`);
    const bucket = await createBucket(scope);
    const { S3_ENDPOINT } = servers();
    proxies = {
      postgres: await startTcpProxy(scope, pipeline.database.url),
      redis: await startTcpProxy(scope, pipeline.redis.url),
      object_store: await startTcpProxy(scope, S3_ENDPOINT),
    };
    api = pipeline.startApi({
      DATABASE_URL: proxies.postgres.through(pipeline.database.url),
      REDIS_URL: proxies.redis.through(pipeline.redis.url),
      S3_BUCKET: bucket.name,
      S3_ENDPOINT: proxies.object_store.through(S3_ENDPOINT),
    });
    url = await api.url();
  });

  async function health(): Promise<{ httpStatus: number; body: Health }> {
    const response = await fetch(`${url}/health`);
    return { httpStatus: response.status, body: (await response.json()) as Health };
  }

  async function waitForCheck(server: string, status: 'up' | 'down'): Promise<void> {
    await eventually(
      async () => ((await health()).body.checks[server]?.status === status ? true : undefined),
      { what: `${server} to be ${status} in /health` },
    );
  }

  async function readStatus(path: string): Promise<number> {
    const response = await fetch(`${url}${path}`);
    await response.arrayBuffer();
    return response.status;
  }

  /** A check of another server may time out as well while the machine is busy, and recover. */
  async function waitForHealth(httpStatus: number, status: string): Promise<void> {
    await eventually(
      async () => {
        const now = await health();
        return now.httpStatus === httpStatus && now.body.status === status ? true : undefined;
      },
      { what: `/health to be ${status} with ${httpStatus}` },
    );
  }

  async function waitForStatus(path: string, status: number): Promise<void> {
    await eventually(async () => ((await readStatus(path)) === status ? true : undefined), {
      what: `${path} to answer ${status}`,
    });
  }

  /** Cuts the server off, waits until it is noticed, and heals it however the body ends. */
  async function whileAway(server: keyof typeof proxies, body: () => Promise<void>): Promise<void> {
    await waitForCheck(server, 'up');
    const since = api.logs.length;
    await proxies[server].cut();
    try {
      await waitForCheck(server, 'down');
      await api.waitForEvent('server.away', { since, where: (line) => line.server === server });
      await body();
    } finally {
      await proxies[server].open();
    }
    await waitForCheck(server, 'up');
    await api.waitForEvent('server.back', { since, where: (line) => line.server === server });
    await waitForStatus('/readyz', 200);
  }

  test('Redis: every read comes from Postgres, and the process is not ready', async () => {
    await whileAway('redis', async () => {
      for (let time = 0; time < 3; time += 1) {
        const answer = await (await fetch(`${url}/cities/BGR`)).json();
        assert.deepEqual(answer, { source: 'database', data: dobric });
      }
      assert.equal(await readStatus('/readyz'), 503);
      assert.equal(await readStatus('/livez'), 200);
      await waitForHealth(200, 'degraded');
    });
    await pipeline.warm('/cities/BGR');
  });

  test('Redis, silent on open connections: reads come from Postgres, then heal', async () => {
    await pipeline.warm('/cities/BGR');
    proxies.redis.silence();
    // What the process keeps in its memory is good until the last poll is too old to vouch for it.
    const answer = await eventually(
      async () => {
        const read = (await (await fetch(`${url}/cities/BGR`)).json()) as { source: string };
        return read.source === 'database' ? read : undefined;
      },
      { what: 'a read from Postgres' },
    );
    assert.deepEqual(answer, { source: 'database', data: dobric });
    await waitForCheck('redis', 'down');
    await proxies.redis.open();
    await waitForCheck('redis', 'up');
    await pipeline.warm('/cities/BGR');
  });

  test('Postgres: what is cached is answered, the rest is asked to come again', async () => {
    await pipeline.warm('/cities/BGR');
    await whileAway('postgres', async () => {
      assert.deepEqual(await pipeline.get('/cities/BGR'), { source: 'cache', data: dobric });
      for (const path of ['/cities/ROU', '/movies']) {
        const answer = await toProblemAnswer(await fetch(`${url}${path}`));
        assertProblem(answer, 503);
        assert.match(answer.headers['retry-after'] ?? '', /^\d+$/);
      }
      await waitForHealth(503, 'down');
      assert.equal(await readStatus('/readyz'), 503);
      assert.equal(await readStatus('/livez'), 200);
    });
    assert.equal(await readStatus('/movies'), 200);
  });

  test('Postgres, silent on open connections: the health check does not hang', async () => {
    assert.equal(await readStatus('/movies'), 200);
    proxies.postgres.silence();
    await waitForCheck('postgres', 'down');
    await proxies.postgres.open();
    await waitForCheck('postgres', 'up');
    assert.equal(await readStatus('/movies'), 200);
  });

  test('Kafka: reads go on as ever, and health says degraded', async () => {
    const cutOff = pipeline.startApi({ KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1' });
    const cutOffUrl = await cutOff.url();
    await cutOff.waitForEvent('server.away', { where: (line) => line.server === 'kafka' });
    for (const path of ['/cities/BGR', '/movies']) {
      assert.equal((await fetch(`${cutOffUrl}${path}`)).status, 200, path);
    }
    await eventually(
      async () => {
        const ready = await fetch(`${cutOffUrl}/readyz`);
        const response = await fetch(`${cutOffUrl}/health`);
        const report = (await response.json()) as Health;
        const isAsExpected = ready.ok && response.ok && report.status === 'degraded';
        // A busy machine may not even refuse the connection in time.
        const isRefused = /^Kafka: .+/.test(report.checks.kafka?.error ?? '');
        return isAsExpected && isRefused ? report : undefined;
      },
      { what: 'the API to be ready, and its health degraded' },
    );
  });

  test('the object store: images are asked to come again, and nothing else', async () => {
    await whileAway('object_store', async () => {
      for (const headers of [{}, { range: 'bytes=0-1' }, { 'if-none-match': '"x"' }]) {
        const answer = await toProblemAnswer(await fetch(`${url}/image/a.jpg`, { headers }));
        assertProblem(answer, 503);
        assert.match(answer.headers['retry-after'] ?? '', /^\d+$/);
      }
      for (const path of ['/cities/BGR', '/movies', '/livez', '/docs/']) {
        assert.equal(await readStatus(path), 200, path);
      }
      await waitForStatus('/readyz', 200);
      await waitForHealth(200, 'degraded');
    });
  });

  test('Postgres, too slow for the lease: the read is given up, to come again', async () => {
    const gate = await installReadGate(pipeline.database);
    const slow = pipeline.startApi({ DATABASE_URL: gate.url, LEASE_MS: '1000' });
    const slowUrl = await slow.url();
    await gate.close();
    assertProblem(await toProblemAnswer(await fetch(`${slowUrl}/cities/DEU`)), 503);
    await gate.open();
    assert.equal((await fetch(`${slowUrl}/cities/DEU`)).status, 200);
    assert.ok(!slow.logs.some(({ level }) => level === 'error'));
  });

  test('no fault of a server was an error of ours', () => {
    assert.deepEqual(
      api.logs.filter(({ level }) => level === 'error' || level === 'fatal'),
      [],
    );
  });
});
