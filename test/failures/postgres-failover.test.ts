// A real standby: nothing is cached from it and nobody leads on it, and when it is promoted without
// having seen the last commits, what was cached of them is flushed.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { assertLossHeals } from '../support/lost-commit.ts';
import { type OwnPostgres, startOwnPostgres, startStandby } from '../support/own-postgres.ts';
import { type Pipeline, startPipeline } from '../support/pipeline.ts';
import { assertProblem, toProblemAnswer } from '../support/problem.ts';
import { suiteScope } from '../support/scope.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

describe('with a standby', () => {
  const scope = suiteScope();
  let primary: OwnPostgres;
  let standby: OwnPostgres;
  let replication: TcpProxy;
  let address: TcpProxy;
  let pipeline: Pipeline;

  before(async () => {
    primary = await startOwnPostgres(scope);
    replication = await startTcpProxy(scope, primary.url);
    standby = await startStandby(scope, primary, replication.through(primary.url));
    address = await startTcpProxy(scope, primary.url);
    const DATABASE_URL = address.through(primary.url);
    pipeline = await startPipeline(scope, { servers: { DATABASE_URL } });
    await pipeline.sql(`insert into city(name, countrycode, population) values ('Cluj', 'ROU', 1)`);
  });

  /** The address of the pipeline's database on the standby itself. */
  function standbyUrl(): string {
    const url = new URL(standby.url);
    url.pathname = `/${pipeline.database.name}`;
    return url.href;
  }

  async function waitUntilReplicated(): Promise<void> {
    const [sent] = await primary.query<{ lsn: string }>(
      'select pg_current_wal_flush_lsn()::text as lsn',
    );
    await eventually(
      async () => {
        const [replayed] = await standby.query<{ there: boolean }>(
          'select pg_last_wal_replay_lsn() >= $1::pg_lsn as there',
          [sent?.lsn],
        );
        return replayed?.there || undefined;
      },
      { what: 'the standby to have everything', timeoutMs: 60_000 },
    );
  }

  /** A Redis that is slow on a busy machine makes it an answer to come again. */
  async function fetchMarked(url: string): Promise<unknown> {
    const response = await fetch(url);
    const body: unknown = await response.json();
    return response.headers.get('x-cache') === 'STALE' ? body : undefined;
  }

  test('an API at its address answers marked or not at all, and never fills', async () => {
    await waitUntilReplicated();
    const api = pipeline.startApi({ DATABASE_URL: standbyUrl() });
    pipeline.apis.pop();
    const url = `${await api.url()}/cities/ROU`;
    await pipeline.sql(`select cache.invalidate('city', '{ROU}')`);
    await pipeline.waitUntilApplied();
    assertProblem(await toProblemAnswer(await fetch(url)), 503);
    assert.equal(await pipeline.entry('cities_ROU'), null);

    const { data } = await pipeline.warm('/cities/ROU');
    const marked = await eventually(() => fetchMarked(url), { what: 'a marked answer' });
    assert.deepEqual(marked, { source: 'cache', data });
    assert.equal((await pipeline.health(api)).checks.postgres?.status, 'down');
    const faults = api.logs.filter(({ level }) => level === 'error' || level === 'fatal');
    assert.deepEqual(faults, []);
    await api.stop();
  });

  test('a listener at its address does not lead', async () => {
    const listener = pipeline.startListener({ DATABASE_URL: standbyUrl() });
    pipeline.listeners.pop();
    const lost = await listener.waitForEvent('relay.lost');
    assert.equal(lost.code, 'postgres_standby');
    assert.match(lost.msg, /LISTENER_DATABASE_URL must name the primary/);
    const ready = await fetch(`${await listener.url()}/readyz`);
    assert.equal(ready.status, 503);
    assert.equal((await listener.stop()).code, 0);
    assert.ok(!listener.logs.some(({ event }) => event === 'relay.leader'));
  });

  test('a promotion without the last commits flushes what was cached of them', async () => {
    await assertLossHeals(pipeline, {
      before: async () => {
        await waitUntilReplicated();
        await replication.cut();
      },
      lose: async () => {
        await primary.crash();
        await address.pointTo(standby.url);
        await standby.promote();
      },
    });
    const processes = [...pipeline.apis, ...pipeline.listeners, ...pipeline.cleaners];
    const fatal = processes.flatMap(({ logs }) => logs.filter(({ level }) => level === 'fatal'));
    assert.deepEqual(fatal, []);
  });
});
