// 10,000 writes of films from several sessions while listeners are killed and Kafka goes away: each
// event arrives, in order, under one id.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { kafka } from '../../stack/servers/kafka.ts';
import { assertWhole, readEventLog } from '../support/event-log.ts';
import { eventually } from '../support/eventually.ts';
import { type OwnServer, startOwnServer } from '../support/own-server.ts';
import { type Pipeline, startPipeline } from '../support/pipeline.ts';
import { suiteScope } from '../support/scope.ts';

const writes = 10_000;
const writers = 4;
const films = 50;

describe('events under faults', () => {
  const scope = suiteScope();
  let ownKafka: OwnServer;
  let pipeline: Pipeline;
  let written = 0;

  before(async () => {
    ownKafka = await startOwnServer(scope, kafka);
    const options = { apis: 0, cleaners: 0, servers: ownKafka.env };
    pipeline = await startPipeline(scope, options);
    await pipeline.sql(`
      insert into movies (title, year) select 'Film ' || n, 0 from generate_series(1, ${films}) n`);
    await pipeline.listeners[0]?.waitForEvent('relay.leader');
  });

  /** One statement after the other, each of which makes exactly one event. */
  async function write(ids: readonly string[]): Promise<void> {
    const session = await pipeline.database.connect();
    while (written < writes) {
      written += 1;
      const id = ids[(written * 7) % ids.length];
      const change = written % 3 === 0 ? 'is_published = not is_published' : 'year = year + 1';
      await session.query(`update movies set ${change} where id = $1`, [id]);
    }
  }

  async function waitForWrites(count: number): Promise<void> {
    await eventually(() => written >= count || undefined, {
      what: `${count} writes`,
      timeoutMs: 300_000,
    });
  }

  /** The next one leads once there is a Kafka. */
  async function replaceListener(): Promise<void> {
    const listener = pipeline.listeners.at(-1);
    assert.ok(listener !== undefined && listener.kill('SIGKILL'));
    await listener.waitForExit();
    pipeline.startListener();
  }

  test('every event arrives, in order per film within its topic, without a gap', async () => {
    const ids = (await pipeline.sql<{ id: string }>('select id from movies')).map(({ id }) => id);
    const writing = Promise.all(Array.from({ length: writers }, () => write(ids)));
    await waitForWrites(writes / 5);
    await replaceListener();
    await waitForWrites((2 * writes) / 5);
    await ownKafka.stop();
    await replaceListener();
    await waitForWrites((3 * writes) / 5);
    await ownKafka.start();
    await waitForWrites((4 * writes) / 5);
    await replaceListener();
    await writing;
    await eventually(
      async () =>
        (await pipeline.sql('select from catalog.outbox limit 1')).length === 0 || undefined,
      { what: 'every event to be published', timeoutMs: 300_000 },
    );
    const counters = await pipeline.sql<{ film: string; last: string }>(
      'select film, last from catalog.counter',
    );
    const last = new Map(counters.map((counter) => [counter.film, Number(counter.last)]));
    const total = [...last.values()].reduce((sum, count) => sum + count, 0);
    assert.equal(total, written + films, 'one event per write, one per film that was made');
    const bootstrapServers = ownKafka.env.KAFKA_BOOTSTRAP_SERVERS;
    const seen = await readEventLog(scope, { namespace: pipeline.namespace, bootstrapServers });
    await eventually(() => new Set(seen.map(({ id }) => id)).size >= total || undefined, {
      what: 'all events to be read',
      timeoutMs: 120_000,
    });
    assertWhole(seen, last);
  });
});
