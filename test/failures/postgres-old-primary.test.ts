// A standby was promoted and the old primary goes on: nobody told it. Connections that still lead
// there must neither fill the cache nor vouch for anything.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { adminEnv, makeToken } from '../support/admin.ts';
import { eventually } from '../support/eventually.ts';
import { type OwnPostgres, startOwnPostgres, startStandby } from '../support/own-postgres.ts';
import { type Pipeline, startPipeline } from '../support/pipeline.ts';
import type { RunningProcess } from '../support/processes.ts';
import { suiteScope } from '../support/scope.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const applications = ['cinesync-api', 'cinesync-api-lists', 'cinesync-api-writes'];

describe('beside an old primary that goes on', () => {
  const scope = suiteScope();
  let old: OwnPostgres;
  let promoted: OwnPostgres;
  let pipeline: Pipeline;
  let api: RunningProcess;
  let token: string;
  let addresses: Record<'api' | 'listener' | 'test', TcpProxy>;

  before(async () => {
    old = await startOwnPostgres(scope);
    promoted = await startStandby(scope, old, old.url);
    addresses = {
      api: await startTcpProxy(scope, old.url),
      listener: await startTcpProxy(scope, old.url),
      test: await startTcpProxy(scope, old.url),
    };
    pipeline = await startPipeline(scope, {
      apis: 0,
      listeners: 0,
      trusted: false,
      servers: { DATABASE_URL: addresses.test.through(old.url) },
    });
    pipeline.startListener({ DATABASE_URL: addresses.listener.through(pipeline.database.url) });
    api = pipeline.startApi({
      DATABASE_URL: addresses.api.through(pipeline.database.url),
      LEASE_MS: '30000',
      ...adminEnv,
    });
    token = await makeToken();
    await pipeline.waitUntilApplied();
    await pipeline.waitUntilTrusted();
    await pipeline.sql(`insert into city(name, countrycode, population) values ('Town', 'BGR', 1)`);
    await pipeline.waitUntilApplied();
    await keepAsking();
    await failOver();
  });

  /** Everything connects to the new primary; only the leader's own sessions are broken. */
  async function failOver(): Promise<void> {
    await promoted.promote();
    addresses.api.retarget(promoted.url);
    addresses.listener.retarget(promoted.url);
    await addresses.test.pointTo(promoted.url);
    await old.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where application_name in ('cinesync-listener', 'cinesync-listener-wake-up')`,
    );
    await pipeline.sql(`update city set population = 2`);
    let isApplied = false;
    const applied = pipeline.waitUntilApplied().then(() => (isApplied = true));
    await eventually(
      async () => {
        await keepAsking();
        return isApplied ? await isTrusted() : undefined;
      },
      { what: 'the API to trust what the new primary says', timeoutMs: 90_000 },
    );
    await applied;
  }

  /** Uses the connections for loads, lists and writes, so that their pools keep them. */
  async function keepAsking(): Promise<void> {
    const film = `${await api.url()}/movies/0a0a0a0a-0000-4000-8000-000000000000`;
    const authorization = `Bearer ${token}`;
    // What an admin is shown is loaded without asking which server answers; nothing is changed.
    await fetch(film, { headers: { authorization } });
    const headers = { authorization, 'content-type': 'application/json', 'if-match': '*' };
    const patched = await fetch(film, { method: 'PATCH', headers, body: '{"title":"Nobody"}' });
    assert.equal(patched.status, 404);
    await pipeline.get('/movies');
  }

  async function isTrusted(): Promise<true | undefined> {
    const bypasses = api.logs.filter(({ event }) => event === 'trust.bypass');
    const noticed = bypasses.some(({ reason }) => reason === 'incarnation');
    const { resources } = await pipeline.health(api);
    return (noticed && resources.city?.bypass === null) || undefined;
  }

  async function sessionsOnOld(application: string): Promise<number> {
    const found = await old.query('select from pg_stat_activity where application_name = $1', [
      application,
    ]);
    return found.length;
  }

  test('a row that it still returns is not stored, and its connection is left', async () => {
    assert.equal(await pipeline.entry('cities_BGR'), null);
    for (const application of applications) {
      assert.notEqual(await sessionsOnOld(application), 0);
    }
    const since = api.logs.length;

    const { data } = await pipeline.get('/cities/BGR');
    assert.deepEqual(data, [{ name: 'Town', population: 2 }]);
    await api.waitForEvent('postgres.renewed', {
      since,
      where: (line) => line.applicationName === 'cinesync-api',
    });
    for (const application of applications) {
      const hasLeft = async (): Promise<true | undefined> => {
        // Left alone a connection would end by itself, for want of use.
        await keepAsking();
        return (await sessionsOnOld(application)) === 0 || undefined;
      };
      await eventually(hasLeft, { what: `${application} to have left the old primary` });
    }
    assert.deepEqual((await pipeline.warm('/cities/BGR')).data, data);
  });

  test('what it says of its own capture does not vouch for the new one', async () => {
    await pipeline.sql('alter table city disable trigger all');
    await eventually(
      async () => (await pipeline.health(api)).resources.city?.bypass === 'capture' || undefined,
      { what: 'changes that are not captured to be noticed', timeoutMs: 30_000 },
    );
    await pipeline.sql('alter table city enable trigger all');
    await pipeline.waitUntilTrusted();
  });
});
