// Servers that are away, refuse, or are not what they should be: the doctor, /health and the alerts
// each say what it is and what to type.

import { describe, test } from 'node:test';
import { settingsOf } from '../support/cinesync.ts';
import { assertDoctorSays, assertProcessSays, type Diagnosis } from '../support/diagnosis.ts';
import { startOwnPostgres, startStandby } from '../support/own-postgres.ts';
import { startOwnRedis } from '../support/own-redis.ts';
import { type Pipeline, startPipeline } from '../support/pipeline.ts';
import type { TestScope } from '../support/processes.ts';
import { connectRedis } from '../support/redis.ts';
import { suiteScope } from '../support/scope.ts';

const skewedClock = new URL('../faults/skewed-clock.mjs', import.meta.url).href;

describe('servers that are not as they should be', () => {
  const scope = suiteScope();
  const idle = { apis: 0, listeners: 0, cleaners: 0, trusted: false };

  /** The doctor, and the auditor that examines as it does. */
  async function assertTold(
    t: TestScope,
    pipeline: Pipeline,
    broken: Record<string, string>,
    diagnosis: Diagnosis,
  ): Promise<void> {
    await assertDoctorSays({ ...(await settingsOf(pipeline)), ...broken }, diagnosis);
    const auditor = pipeline.startAuditor({ DOCTOR_INTERVAL_SECONDS: '1', ...broken });
    await assertProcessSays(t, auditor, diagnosis);
    await auditor.stop();
  }

  test('a server is down', async (t) => {
    const pipeline = await startPipeline(t, idle);
    const REDIS_URL = 'redis://127.0.0.1:1';
    const redis = { problem: 'redis-unreachable', detail: /ECONNREFUSED/ } as const;
    await assertTold(t, pipeline, { REDIS_URL }, redis);
    const DATABASE_URL = 'postgresql://postgres:root@127.0.0.1:1/tutorial';
    const postgres = {
      problem: 'postgres-unreachable',
      detail: /DATABASE_URL.*ECONNREFUSED/,
    } as const;
    await assertTold(
      t,
      pipeline,
      { DATABASE_URL },
      {
        ...postgres,
        fix: /docker compose up -d postgres/,
      },
    );
    const KAFKA_BOOTSTRAP_SERVERS = '127.0.0.1:1';
    const kafka = { problem: 'kafka-unreachable', detail: /127\.0\.0\.1:1/ } as const;
    await assertTold(t, pipeline, { KAFKA_BOOTSTRAP_SERVERS }, kafka);
    const api = pipeline.startApi({ DATABASE_URL });
    await assertProcessSays(t, api, { ...postgres, detail: /postgres: .*ECONNREFUSED/ });
  });

  test('a password is wrong', async (t) => {
    const pipeline = await startPipeline(t, idle);
    const url = new URL(pipeline.database.url);
    url.password = 'wrong';
    const DATABASE_URL = url.href;
    const told = { problem: 'postgres-login', detail: /password authentication failed/ } as const;
    const fix = /correct user, password and database in DATABASE_URL/;
    await assertTold(t, pipeline, { DATABASE_URL }, { ...told, fix });
    await assertProcessSays(t, pipeline.startApi({ DATABASE_URL }), told);
  });

  test('Redis keeps its data on disk and evicts whatever it likes', async (t) => {
    const REDIS_URL = await startOwnRedis(t);
    const pipeline = await startPipeline(t, idle);
    const redis = await connectRedis(t, REDIS_URL);
    await redis.command('CONFIG', 'SET', 'save', '3600 1');
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const eviction = { problem: 'redis-eviction', detail: /allkeys-lru/ } as const;
    await assertTold(t, pipeline, { REDIS_URL }, eviction);
    const persistence = { problem: 'redis-persistence', detail: /snapshots/ } as const;
    await assertTold(t, pipeline, { REDIS_URL }, persistence);
  });

  test('only a standby can be reached', async (t) => {
    const primary = await startOwnPostgres(scope);
    const standby = await startStandby(scope, primary, primary.url);
    const pipeline = await startPipeline(t, idle);
    const DATABASE_URL = standby.url;
    const told = { problem: 'postgres-standby', detail: /standby/ } as const;
    await assertTold(t, pipeline, { DATABASE_URL }, told);
    const listener = pipeline.startListener({ DATABASE_URL });
    await assertProcessSays(t, listener, told);
  });

  test('a clock is off by a minute', async (t) => {
    const pipeline = await startPipeline(t, idle);
    const wrongClock = { NODE_OPTIONS: `--import ${skewedClock}`, CLOCK_SKEW_MS: '-60000' };
    await assertTold(t, pipeline, wrongClock, {
      problem: 'clock-skew',
      detail: /(59|60)\.\d s ahead.*this machine's clock that is wrong/,
      fix: /timedatectl set-ntp true {2}# here/,
    });
  });
});
