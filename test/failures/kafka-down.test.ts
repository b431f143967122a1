// Kafka is away for longer than the lease of the leader's session. The leader keeps its lead, what
// was written waits, and every process goes on by itself once Kafka is back.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { kafka } from '../../stack/servers/kafka.ts';
import { type CityEntries, createCityEntries } from '../support/city-entries.ts';
import { eventually } from '../support/eventually.ts';
import { type OwnServer, startOwnServer } from '../support/own-server.ts';
import { type Pipeline, startPipeline } from '../support/pipeline.ts';
import { suiteScope } from '../support/scope.ts';

/** A second more than workers/listener/queries.ts gives a leader that fell silent. */
const outageMs = 7000;

describe('Kafka away for longer than the leader’s lease', () => {
  const scope = suiteScope();
  let ownKafka: OwnServer;
  let pipeline: Pipeline;
  let entries: CityEntries;

  before(async () => {
    ownKafka = await startOwnServer(scope, kafka);
    pipeline = await startPipeline(scope, { servers: ownKafka.env });
    entries = await createCityEntries(pipeline);
    await entries.assertGone();
  });

  /** The session that holds the leader's lock. */
  async function leaderPid(): Promise<unknown> {
    const sessions = await pipeline.sql(`
      select pid from pg_locks join pg_stat_activity using (pid)
       where locktype = 'advisory' and objid = 2 and granted and datname = current_database()`);
    return sessions[0]?.pid;
  }

  /** On every API, also on one that never saw Kafka. */
  async function waitForKafkaCheck(status: 'up' | 'down'): Promise<void> {
    for (const api of pipeline.apis) {
      await eventually(
        async () => {
          const { checks, status: overall } = await pipeline.health(api);
          const agreed = checks.kafka?.status === status;
          return (agreed && (status === 'up' || overall === 'degraded')) || undefined;
        },
        { what: `/health of the API to say that Kafka is ${status}`, timeoutMs: 60_000 },
      );
    }
  }

  /** Whether the same session led throughout. */
  async function isLeadKept(): Promise<boolean> {
    const [listener] = pipeline.listeners;
    assert.ok(listener);
    const since = listener.logs.length;
    const leader = await leaderPid();
    await entries.fill();
    await ownKafka.stop();
    const endMs = (await pipeline.databaseNowMs()) + outageMs;
    await entries.change();
    await listener.waitForEvent('delivery.blocked', { since });
    pipeline.startApi();
    await waitForKafkaCheck('down');
    await eventually(async () => (await pipeline.databaseNowMs()) > endMs || undefined, {
      what: 'the lease to have passed',
    });
    const still = await leaderPid();
    await ownKafka.start();
    await listener.waitForEvent('delivery.resumed', { since, timeoutMs: 60_000 });
    await entries.assertGone();
    await waitForKafkaCheck('up');
    return leader !== undefined && still === leader;
  }

  test('the leader keeps its lead, nothing is lost, health says so and recovers', async () => {
    // On a starved machine a leader may fail to speak in time, once; not again and again.
    let kept = await isLeadKept();
    for (let round = 1; round < 3 && !kept; round += 1) {
      kept = await isLeadKept();
    }
    assert.ok(kept);
  });
});
