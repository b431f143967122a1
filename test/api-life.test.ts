// How the API process starts and ends: settings, ports, servers that are not there yet, signals.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { describe, test } from 'node:test';
import { startPipeline } from './support/pipeline.ts';
import { startProcess } from './support/processes.ts';
import { installReadGate } from './support/read-gate.ts';

const nowhere = {
  PORT: '0',
  DATABASE_URL: 'postgresql://postgres:secret-word@127.0.0.1:1/none',
  REDIS_URL: 'redis://127.0.0.1:1',
  KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1',
  S3_ENDPOINT: 'http://127.0.0.1:1',
};

describe('the API process', () => {
  test('names every wrong setting at once and ends with exit code 2', async (t) => {
    const wrong = {
      PORT: '70000',
      DATABASE_URL: 'mysql://user:secret-word@host/name',
      REDIS_URL: 'here',
      REDIS_PORT: '0',
      KAFKA_BOOTSTRAP_SERVERS: 'no-port',
      TOPIC_NAMESPACE: 'a b',
      S3_ENDPOINT: 'localhost:9000',
      S3_BUCKET: 'UPPER',
      ENABLE_CACHE: 'perhaps',
      CITY_TTL_SECONDS: '0',
      REDIS_CACHE_TTL: '1.5',
      LEASE_MS: '10',
      LEASE_WAIT_MS: '-1',
      REDIS_DEADLINE_MS: 'soon',
      STALENESS_BOUND_MS: '1',
      LOG_LEVEL: 'loud',
    };
    const api = startProcess(t, { main: 'api/main.ts', env: wrong });
    assert.deepEqual(await api.waitForExit(), { code: 2, signal: null });
    for (const name of Object.keys(wrong)) {
      assert.match(api.otherOutput, new RegExp(`^ +${name}: .+`, 'm'), name);
    }
    assert.doesNotMatch(api.otherOutput, /secret-word/);
    assert.deepEqual(api.logs, []);
  });

  test('serves at once while no server is there, says which, and ends when asked', async (t) => {
    const api = startProcess(t, { main: 'api/main.ts', env: nowhere });
    const url = await api.url();
    assert.equal((await fetch(`${url}/livez`)).status, 200);
    assert.equal((await fetch(`${url}/readyz`)).status, 503);
    assert.equal((await fetch(`${url}/health`)).status, 503);
    assert.equal((await fetch(`${url}/openapi.json`)).status, 200);
    for (const server of ['postgres', 'redis', 'kafka', 'object_store']) {
      const { level, msg } = await api.waitForEvent('server.away', {
        where: (line) => line.server === server,
      });
      assert.equal(level, 'warn');
      assert.match(msg, /is away: .+; trying/);
    }
    assert.deepEqual(await api.stop(), { code: 0, signal: null });
    assert.doesNotMatch(JSON.stringify(api.logs) + api.otherOutput, /secret-word/);
  });

  test('says what to type when its port is taken, and ends with exit code 1', async (t) => {
    const first = startProcess(t, { main: 'api/main.ts', env: nowhere });
    const { port } = new URL(await first.url());
    const second = startProcess(t, { main: 'api/main.ts', env: { ...nowhere, PORT: port } });
    assert.deepEqual(await second.waitForExit(), { code: 1, signal: null });
    const fatal = second.logs.find(({ level }) => level === 'fatal');
    assert.match(fatal?.msg ?? '', new RegExp(`port ${port} .* taken.*PORT=`));
  });

  test('finishes its answers when asked to end, and waits for no idle connection', async (t) => {
    const pipeline = await startPipeline(t, { apis: 0, listeners: 0, cleaners: 0 });
    const gate = await installReadGate(pipeline.database);
    const api = pipeline.startApi({ DATABASE_URL: gate.url, LEASE_MS: '30000' });
    const url = await api.url();
    const agent = new Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    const [idle] = await once(get(`${url}/livez`, { agent }), 'response');
    await once(idle.resume(), 'end');

    await gate.close();
    const busy = fetch(`${url}/cities/BGR`);
    await gate.waitForHeldReads(1);
    api.kill('SIGTERM');
    await api.waitForEvent('process.stopping');
    await assert.rejects(fetch(`${url}/livez`), 'nothing new is accepted');
    await gate.open();
    assert.deepEqual(await (await busy).json(), { source: 'database', data: [] });
    assert.deepEqual(await api.waitForExit(), { code: 0, signal: null });
  });
});
