// What goes wrong on the side of Kafka, broken on purpose: the doctor, /health and the alerts each
// say what it is and what to type.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { settingsOf, typeCinesync } from '../support/cinesync.ts';
import { assertDoctorSays, assertProcessSays } from '../support/diagnosis.ts';
import { connectKafka } from '../support/kafka.ts';
import { type Pipeline, startPipeline } from '../support/pipeline.ts';
import type { RunningProcess } from '../support/processes.ts';
import { suiteScope } from '../support/scope.ts';
import { connectTopicAdmin, type TopicAdmin } from '../support/topic-admin.ts';

describe('an installation whose Kafka was meddled with', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let admin: TopicAdmin;
  let auditor: RunningProcess;
  let env: Record<string, string>;

  before(async () => {
    pipeline = await startPipeline(scope, { apis: 0 });
    admin = await connectTopicAdmin(scope);
    auditor = pipeline.startAuditor({ DOCTOR_INTERVAL_SECONDS: '1' });
    env = await settingsOf(pipeline);
  });

  test('a message comes that nobody understands', async (t) => {
    const producer = connectKafka().producer();
    await producer.connect();
    await producer.send({ topic: pipeline.topic('city_updates'), messages: [{ value: 'poison' }] });
    await producer.disconnect();
    const told = { problem: 'dead-letters', detail: /city_updates\.dead holds 1/ } as const;
    await assertDoctorSays(env, { ...told, fix: /npx cinesync dead-letters city/ });
    await assertProcessSays(t, auditor, told);
    assert.equal((await typeCinesync(['dead-letters', 'city', '--clear'], env)).code, 0);
  });

  /** As on a full disk: the broker answers, and says no to every message. */
  async function refuseMessages(refuses: boolean): Promise<void> {
    const bytesMax = refuses ? '10' : '1048588';
    await admin.configure(pipeline.topic('city_updates'), 'max.message.bytes', bytesMax);
  }

  test('Kafka takes no more messages, and the outbox grows', async (t) => {
    await refuseMessages(true);
    const [listener] = pipeline.listeners;
    assert.ok(listener);
    await listener.waitForEvent('delivery.blocked', { timeoutMs: 60_000 });
    await pipeline.sql(`insert into city(name, countrycode, population) values ('A', 'BGR', 1)`);
    const waits = { problem: 'outbox-backlog', detail: /rows, the oldest for/ } as const;
    await assertDoctorSays(env, { ...waits, fix: /npx cinesync status/ });
    await assertProcessSays(t, auditor, waits);
    const refuses = { problem: 'kafka-refuses', detail: /larger|too large/i } as const;
    await assertDoctorSays(env, { ...refuses, fix: /min\.insync\.replicas/ });
    await assertProcessSays(t, listener, refuses);
    await refuseMessages(false);
    await pipeline.waitUntilApplied();
  });

  test('the number of partitions was changed', async (t) => {
    await admin.addPartitions(pipeline.topic('city_updates'), 5);
    const told = {
      problem: 'topic-partitions',
      detail: /city_updates has 5, migrate makes 3/,
    } as const;
    await assertDoctorSays(env, told);
    await assertProcessSays(t, auditor, told);
  });

  test('a topic is missing', async (t) => {
    await pipeline.listeners[0]?.stop();
    await pipeline.cleaners[0]?.stop();
    await admin.delete(pipeline.topic('movie_updates'));
    const told = { problem: 'topic-missing', detail: /movie_updates/ } as const;
    await assertDoctorSays(env, { ...told, fix: /npx cinesync migrate/ });
    await assertProcessSays(t, auditor, told);
    await assertProcessSays(t, pipeline.startCleaner(), told);
  });
});
