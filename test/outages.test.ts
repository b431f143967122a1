// Any part may go and come back while rows are written: writers do not notice, no process has to be
// started by hand, and what is cached afterwards is what the database says.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { kafka } from '../stack/servers/kafka.ts';
import { redis } from '../stack/servers/redis.ts';
import { type OwnServer, startOwnServer } from './support/own-server.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import type { RunningProcess } from './support/processes.ts';
import { suiteScope } from './support/scope.ts';

const codes = ['BGR', 'ROU', 'HUN', 'POL', 'CZE', 'AUT'];

describe('while rows are written', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let ownKafka: OwnServer;
  let ownRedis: OwnServer;

  before(async () => {
    [ownKafka, ownRedis] = await Promise.all([
      startOwnServer(scope, kafka),
      startOwnServer(scope, redis),
    ]);
    pipeline = await startPipeline(scope, { servers: { ...ownKafka.env, ...ownRedis.env } });
    for (const code of codes) {
      await pipeline.sql(
        `insert into city(name, countrycode, population) values ('Town', '${code}', 1)`,
      );
    }
  });

  async function writeEverywhere(): Promise<void> {
    for (const code of codes) {
      await pipeline.sql(
        `update city set population = population + 1 where countrycode = '${code}'`,
      );
    }
  }

  /** Cached before, written during the outage, right afterwards: also what the cache says. */
  async function survives(outage: () => Promise<void>): Promise<void> {
    for (const code of codes) {
      await pipeline.warm(`/cities/${code}`);
    }
    await outage();
    await pipeline.waitUntilApplied();
    for (const code of codes) {
      const { data } = await pipeline.warm(`/cities/${code}`);
      const rows = await pipeline.sql(
        `select name, population::int from city where countrycode = '${code}'`,
      );
      assert.deepEqual(data, rows, code);
    }
    assert.deepEqual(await pipeline.sql('select * from cache.outbox'), []);
  }

  async function killAndReplace(
    group: RunningProcess[],
    start: () => RunningProcess,
  ): Promise<void> {
    const process = group.pop();
    process?.kill('SIGKILL');
    await process?.exited;
    await writeEverywhere();
    start();
  }

  test('the listener is killed and started again', async () => {
    await survives(() => killAndReplace(pipeline.listeners, () => pipeline.startListener()));
  });

  test('the cleaner is killed and started again', async () => {
    await survives(() => killAndReplace(pipeline.cleaners, () => pipeline.startCleaner()));
  });

  test('the API is killed and started again', async () => {
    await survives(() => killAndReplace(pipeline.apis, () => pipeline.startApi()));
  });

  test('Kafka stops and starts', async () => {
    await survives(async () => {
      const listener = pipeline.listeners[0];
      assert.ok(listener);
      const since = listener.logs.length;
      await ownKafka.stop();
      await writeEverywhere();
      const blocked = await listener.waitForEvent('delivery.blocked', { since });
      assert.match(blocked.msg, /Kafka does not accept messages; changes wait/);
      await writeEverywhere();
      const ready = await fetch(`${await listener.url()}/readyz`);
      assert.equal(ready.status, 503);
      await ownKafka.start();
      await listener.waitForEvent('delivery.resumed', { since });
    });
  });

  test('Redis stops and starts empty', async () => {
    await survives(async () => {
      const cleaner = pipeline.cleaners[0];
      assert.ok(cleaner);
      const since = cleaner.logs.length;
      await ownRedis.stop();
      await writeEverywhere();
      await cleaner.waitForEvent('cleaner.blocked', { since });
      const answer = await pipeline.get('/cities/BGR');
      assert.equal(answer.source, 'database');
      await ownRedis.start();
    });
  });

  test('the listener and the database lose each other', async () => {
    await survives(async () => {
      const listener = pipeline.listeners[0];
      assert.ok(listener);
      const since = listener.logs.length;
      await pipeline.sql(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name like 'cinesync-listener%'`,
      );
      await writeEverywhere();
      await listener.waitForEvent('relay.leader', { since });
    });
  });

  test('and every process still runs', () => {
    const processes = [...pipeline.apis, ...pipeline.listeners, ...pipeline.cleaners];
    const fatal = processes.flatMap(({ logs }) => logs.filter(({ level }) => level === 'fatal'));
    assert.deepEqual(fatal, []);
  });
});
