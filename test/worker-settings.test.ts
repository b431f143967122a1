// Wrong settings are named all at once; a server that is away is named, waited for, and shows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProcess } from './support/processes.ts';

/** Nothing listens on port 1. */
const awayServers = {
  DATABASE_URL: 'postgresql://nobody:secret-word@127.0.0.1:1/nowhere',
  REDIS_URL: 'redis://:secret-word@127.0.0.1:1',
  KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1',
  HEALTH_PORT: '0',
};

const workers = [
  {
    main: 'workers/listener/main.ts',
    wrong: {
      DATABASE_URL: 'mysql://localhost',
      KAFKA_BOOTSTRAP_SERVERS: 'nowhere',
      HEARTBEAT_INTERVAL_MS: '-1',
      HEALTH_PORT: '70000',
    },
    away: [/Kafka/],
  },
  {
    main: 'workers/cleaner/main.ts',
    wrong: {
      REDIS_URL: 'http://localhost',
      KAFKA_BOOTSTRAP_SERVERS: 'nowhere',
      TOPIC_NAMESPACE: 'not allowed!',
      LOG_LEVEL: 'loud',
    },
    away: [/Redis/, /Kafka/],
  },
  {
    main: 'workers/auditor/main.ts',
    wrong: {
      DATABASE_URL: 'mysql://localhost',
      AUDIT_COMPARISONS_PER_SECOND: 'many',
      STALENESS_BOUND_MS: '1',
      HEALTH_PORT: '70000',
    },
    away: [/Redis/, /Kafka/],
  },
];

for (const { main, wrong, away } of workers) {
  test(`${main} names every wrong setting and ends with exit code 2`, async (t) => {
    const process = startProcess(t, { main, env: { ...wrong } });
    const { code } = await process.waitForExit();
    assert.equal(code, 2);
    for (const name of Object.keys(wrong)) {
      assert.match(process.otherOutput, new RegExp(`^ +${name}: `, 'm'));
    }
    assert.match(process.otherOutput, /\.env\.example/);
  });

  test(`${main} says which server is away, is not ready, and goes on trying`, async (t) => {
    const process = startProcess(t, { main, env: awayServers });
    const url = await process.url();
    for (const server of away) {
      await process.waitForLine(`a warning about ${server}`, (line) => {
        return ['warn', 'error'].includes(line.level) && server.test(line.msg);
      });
    }
    assert.equal((await fetch(`${url}/livez`)).status, 200);
    assert.equal((await fetch(`${url}/readyz`)).status, 503);
    const health = (await (await fetch(`${url}/health`)).json()) as { status: string };
    assert.equal(health.status, 'degraded');
    assert.match(await (await fetch(`${url}/metrics`)).text(), /process_resident_memory_bytes/);
    assert.equal((await fetch(`${url}/nothing`)).status, 404);
    const { code } = await process.stop();
    assert.equal(code, 0, 'asked to stop, it stops though it still waits');
    assert.doesNotMatch(JSON.stringify(process.logs), /secret-word/);
  });
}

test('a taken health port is replaced by a free one, and that is said', async (t) => {
  const main = 'workers/cleaner/main.ts';
  const first = startProcess(t, { main, env: awayServers });
  const taken = new URL(await first.url()).port;
  const second = startProcess(t, { main, env: { ...awayServers, HEALTH_PORT: taken } });
  await second.waitForEvent('health.port_taken');
  assert.notEqual(new URL(await second.url()).port, taken);
});
