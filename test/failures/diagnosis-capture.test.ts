// What goes wrong on the side of Postgres, broken on purpose: the doctor, /health and the alerts
// each say what it is and what to type.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createBucket } from '../support/bucket.ts';
import { settingsOf, typeCinesync } from '../support/cinesync.ts';
import { assertDoctorSays, assertProcessSays } from '../support/diagnosis.ts';
import { eventually } from '../support/eventually.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import { type Pipeline, startPipeline } from '../support/pipeline.ts';
import type { RunningProcess } from '../support/processes.ts';
import { suiteScope } from '../support/scope.ts';

describe('an installation whose Postgres was meddled with', () => {
  const scope = suiteScope();
  const onDuty = { DOCTOR_INTERVAL_SECONDS: '1', TRANSACTION_AGE_MAX_SECONDS: '1' };
  let pipeline: Pipeline;
  let auditor: RunningProcess;
  let env: Record<string, string>;

  before(async () => {
    const { name: S3_BUCKET } = await createBucket(scope);
    pipeline = await startPipeline(scope, { env: { S3_BUCKET } });
    auditor = pipeline.startAuditor(onDuty);
    env = { ...(await settingsOf(pipeline)), S3_BUCKET, TRANSACTION_AGE_MAX_SECONDS: '1' };
  });

  test('and before that is well: the doctor finds nothing', async () => {
    const said = await eventually(
      async () => {
        const { code, stdout } = await typeCinesync(['doctor'], env);
        assert.equal(code, 0, stdout);
        return stdout;
      },
      { what: 'the doctor to find nothing', timeoutMs: 120_000 },
    );
    assert.match(said, /Nothing is wrong\.\n$/);
  });

  test('a transaction is open for minutes', async (t) => {
    const client = await pipeline.database.connect();
    await client.query(`set application_name = 'forgotten'; begin; select txid_current()`);
    const told = { problem: 'transaction-open', detail: /forgotten.*open for \d+ s/ } as const;
    await assertDoctorSays(env, { ...told, fix: /select pg_terminate_backend\(\d+\)/ });
    await assertProcessSays(t, auditor, told);
    await client.query('rollback');
  });

  test('a trigger is disabled', async (t) => {
    // As somebody does whom no event trigger sees: a superuser who switched them off, or a restore.
    await pipeline.sql(`
      alter event trigger cache_guard_ddl disable;
      alter table city disable trigger user;
      alter event trigger cache_guard_ddl enable always`);
    const told = {
      problem: 'capture-broken',
      detail: /city: public\.city: trigger .* disabled/,
    } as const;
    const fix = /npx cinesync watch public\.city --resource city --columns countrycode/;
    await assertDoctorSays(env, { ...told, fix });
    await assertProcessSays(t, auditor, told);
    const [listener] = pipeline.listeners;
    assert.ok(listener);
    await assertProcessSays(t, listener, { ...told, detail: /city: public\.city trigger/ });
    const [api] = pipeline.apis;
    assert.ok(api);
    const ofApi = {
      problem: 'capture-broken',
      detail: /city is read from Postgres: capture/,
    } as const;
    await assertProcessSays(t, api, ofApi);
    const words = ['watch', 'public.city', '--resource', 'city', '--columns', 'countrycode'];
    assert.equal((await typeCinesync(words, env)).code, 0, 'what it said to type mends it');
    await pipeline.waitUntilTrusted();
  });

  test('a transaction pooler stands before the listener', async (t) => {
    const LISTENER_DATABASE_URL = await startPgBouncer(t, pipeline.database.url);
    const told = { problem: 'postgres-pooler', detail: /LISTENER_DATABASE_URL/ } as const;
    await assertDoctorSays({ ...env, LISTENER_DATABASE_URL }, told);
    const observing = pipeline.startAuditor({ ...onDuty, LISTENER_DATABASE_URL });
    await assertProcessSays(t, observing, told);
    await observing.stop();
  });
});
