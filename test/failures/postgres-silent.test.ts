// The network to Postgres falls silent: connections stay open and nothing passes, in either
// direction and for ever. New connections pass again later; nobody tells the processes.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { type Pipeline, startPipeline } from '../support/pipeline.ts';
import { assertProblem, toProblemAnswer } from '../support/problem.ts';
import type { RunningProcess } from '../support/processes.ts';
import { suiteScope } from '../support/scope.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

describe('when the network to Postgres falls silent', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let listener: RunningProcess;
  let api: RunningProcess;
  let links: Record<'api' | 'listener', TcpProxy>;

  before(async () => {
    pipeline = await startPipeline(scope, {
      apis: 0,
      listeners: 0,
      trusted: false,
      env: { STALENESS_BOUND_MS: '2000', LEASE_MS: '1000' },
    });
    const { url } = pipeline.database;
    links = { api: await startTcpProxy(scope, url), listener: await startTcpProxy(scope, url) };
    listener = pipeline.startListener({ DATABASE_URL: links.listener.through(url) });
    api = pipeline.startApi({ DATABASE_URL: links.api.through(url) });
    await pipeline.waitUntilApplied();
    await pipeline.sql(`insert into city(name, countrycode, population) values ('Town', 'BGR', 1)`);
  });

  beforeEach(async () => {
    await pipeline.waitUntilApplied();
    await pipeline.waitUntilTrusted();
    await pipeline.warm('/cities/BGR');
  });

  async function statusOf(path: string): Promise<number> {
    const response = await fetch(`${await api.url()}${path}`);
    await response.arrayBuffer();
    return response.status;
  }

  async function isMarked(): Promise<true | undefined> {
    const response = await fetch(`${await api.url()}/cities/BGR`);
    await response.arrayBuffer();
    return response.headers.get('x-cache') === 'STALE' || undefined;
  }

  /** Whatever was changed meanwhile is followed, and from then on too. */
  async function assertFollows(): Promise<void> {
    await pipeline.waitUntilApplied();
    await pipeline.waitUntilTrusted();
    const { data } = await pipeline.warm('/cities/BGR');
    const rows = await pipeline.sql(
      `select name, population::int from city where countrycode = 'BGR'`,
    );
    assert.deepEqual(data, rows);
  }

  test('for the listener, its lead is over and it leads again over new connections', async () => {
    const since = listener.logs.length;
    links.listener.silence();
    await pipeline.sql('update city set population = population + 1');
    await listener.waitForEvent('relay.lost', { since });
    links.listener.forget();
    await listener.waitForEvent('relay.leader', { since, timeoutMs: 60_000 });
    await assertFollows();
  });

  test('for the API, hits go on, misses are asked to come again, and then are loaded', async () => {
    links.api.silence();
    assertProblem(await toProblemAnswer(await fetch(`${await api.url()}/cities/ROU`)), 503);
    await eventually(
      async () => (await pipeline.get('/cities/BGR')).source === 'cache' || undefined,
      {
        what: 'a hit',
      },
    );
    links.api.forget();
    await eventually(async () => (await statusOf('/cities/ROU')) === 200 || undefined, {
      what: 'a miss to be answered',
      timeoutMs: 60_000,
    });
    await pipeline.sql('update city set population = population + 1');
    await assertFollows();
  });

  test('for both, hits are marked once the bound has passed, and all heals', async () => {
    links.api.silence();
    links.listener.silence();
    await pipeline.sql('update city set population = population + 1');
    await eventually(isMarked, { what: 'a marked answer', timeoutMs: 60_000 });
    links.api.forget();
    links.listener.forget();
    await assertFollows();
  });

  test('and no process had to be started again', () => {
    const processes = [api, listener, ...pipeline.cleaners];
    const fatal = processes.flatMap(({ logs }) => logs.filter(({ level }) => level === 'fatal'));
    assert.deepEqual(fatal, []);
  });
});
