// Events of films, from an SQL statement to a subscriber, through real processes.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { partitionOf } from '../contract/partition.ts';
import {
  eventTypes,
  readEventLog,
  type SeenEvent,
  waitForEventTopics,
} from './support/event-log.ts';
import { eventually } from './support/eventually.ts';
import { watchTopic } from './support/kafka.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { suiteScope } from './support/scope.ts';
import { connectTopicAdmin, type TopicAdmin } from './support/topic-admin.ts';

const film = '11111111-1111-4111-8111-111111111111';

describe('events of films', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let admin: TopicAdmin;
  let seen: readonly SeenEvent[];

  before(async () => {
    pipeline = await startPipeline(scope, { apis: 0, cleaners: 0 });
    admin = await connectTopicAdmin(scope);
    await pipeline.sql(`insert into movies (id, title, year, rating) values
      ('${film}', 'First', 2001, 7.5)`);
    await waitForEventTopics(pipeline);
    seen = await readEventLog(scope, pipeline);
  });

  const eventNamed = (type: string, title: string) =>
    eventually(
      () =>
        seen.find((event) => event.type === type && event.value.includes(`"title": "${title}"`)),
      { what: `${type} ${title}`, timeoutMs: 60_000 },
    );

  async function waitingEvents(): Promise<number> {
    const [row] = await pipeline.sql<{ count: string }>('select count(*) from catalog.outbox');
    return Number(row?.count);
  }

  async function listenerSays(): Promise<ListenerHealth> {
    const url = await pipeline.listeners[0]?.url();
    return (await (await fetch(`${url}/health`)).json()) as ListenerHealth;
  }

  test('the value, the key and the headers are those of the contract', async () => {
    const { topic, partition, value, headers, ...event } = await eventNamed('created', 'First');
    assert.equal(topic, pipeline.topic('catalog.movie.created'));
    assert.equal(event.film, film);
    assert.equal(partition, partitionOf(film, 3));
    const { timestamp, ...rest } = JSON.parse(value) as { timestamp: string };
    assert.deepEqual(rest, {
      movie_id: film,
      action: 'created',
      payload: { title: 'First', year: 2001, rating: 7.5 },
    });
    assert.ok(!Number.isNaN(Date.parse(timestamp)));
    assert.match(headers.id ?? '', /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    assert.deepEqual(headers, { id: headers.id, type: 'created', sequence: '1' });
  });

  test('each change comes on the topic of its type, whoever made it', async () => {
    await pipeline.sql(`update movies set title = 'Second', is_published = true`);
    await pipeline.sql(`insert into genres values (gen_random_uuid(), 'Noir')`);
    await pipeline.sql(`insert into movie_genres select '${film}', id from genres
                         where name = 'Noir'`);
    await pipeline.sql(`delete from genres where name = 'Noir'`);
    await pipeline.sql('update movies set is_published = false');
    await pipeline.sql('truncate movies cascade');
    await eventNamed('deleted', 'Second');
    const types = await eventually(
      () => {
        const own = seen.filter((event) => event.film === film);
        const found = own.toSorted((a, b) => a.sequence - b.sequence).map(({ type }) => type);
        return found.length === 7 ? found : undefined;
      },
      { what: 'seven events' },
    );
    assert.deepEqual(types, [
      'created',
      'updated',
      'published',
      'updated',
      'updated',
      'unpublished',
      'deleted',
    ]);
    const topics = new Set(seen.map(({ topic, type }) => `${topic} ${type}`));
    assert.deepEqual(
      [...topics].toSorted(),
      eventTypes.map((type) => `${pipeline.topic(`catalog.movie.${type}`)} ${type}`).toSorted(),
    );
    await eventually(async () => (await waitingEvents()) === 0 || undefined, {
      what: 'the published events to be deleted',
    });
  });

  test('events that can not be published delay neither invalidations nor heartbeats', async () => {
    const topic = pipeline.topic('catalog.movie.created');
    const updates = await watchTopic(scope, pipeline.topic('movie_updates'));
    await admin.configure(topic, 'max.message.bytes', '10');
    await pipeline.sql(`insert into movies (title) select 'Many' from generate_series(1, 20000)`);
    const [last] = await pipeline.sql<{ id: string }>(
      `insert into movies (title) values ('Last') returning id`,
    );
    await updates.waitFor('the invalidation of the last film', ({ key }) => key === last?.id);
    await updates.waitForHeartbeat(await pipeline.databaseNowMs());
    assert.equal(await waitingEvents(), 20_001);
    const health = await eventually(
      async () => {
        const said = await listenerSays();
        return said.problems.length > 0 && said.events.backlog.waiting > 20_000 ? said : undefined;
      },
      { what: 'the listener to say that events wait', timeoutMs: 60_000 },
    );
    assert.equal(health.status, 'degraded');
    assert.match(JSON.stringify(health.problems), /events wait: Kafka/);
    await admin.configure(topic, 'max.message.bytes', '1048588');
    await eventNamed('created', 'Last');
    await eventually(async () => (await waitingEvents()) === 0 || undefined, {
      what: 'the backlog to be published',
      timeoutMs: 120_000,
    });
  });

  test('a trigger that is switched off is told of, and the cache goes on', async () => {
    await pipeline.sql('alter table movies disable trigger zz_catalog_update');
    const { problems, audit } = await eventually(
      async () => {
        const said = await listenerSays();
        return said.problems.length > 0 ? said : undefined;
      },
      { what: 'the listener to say so', timeoutMs: 60_000 },
    );
    assert.match(
      JSON.stringify(problems),
      /films change without events: public.movies .* is disabled/,
    );
    assert.deepEqual(audit, [], 'no resource is bypassed for it');
    await pipeline.sql('alter table movies enable always trigger zz_catalog_update');
    await eventually(async () => (await listenerSays()).status === 'ok' || undefined, {
      what: 'the listener to be well again',
      timeoutMs: 60_000,
    });
  });
});

describe('without Kafka', () => {
  const scope = suiteScope();

  test('events are kept, and dropped when they are too old; writes work', async () => {
    const env = { ENABLE_KAFKA: 'false', EVENT_RETENTION_HOURS: '2' };
    const pipeline = await startPipeline(scope, { apis: 0, cleaners: 0, env });
    await pipeline.sql(`insert into movies (title) select 'Old' from generate_series(1, 10)`);
    await pipeline.sql(`update catalog.outbox set created_at = now() - interval '3 hours'`);
    await pipeline.sql(`insert into movies (title) values ('Young')`);
    const [listener] = pipeline.listeners;
    const line = await listener?.waitForEvent('events.dropped');
    assert.equal(line?.count, 10);
    const left = await pipeline.sql(`select payload->'payload'->>'title' as title
                                       from catalog.outbox`);
    assert.deepEqual(left, [{ title: 'Young' }]);
  });
});

interface ListenerHealth {
  status: string;
  problems: unknown[];
  audit: unknown[];
  events: { backlog: { waiting: number } };
}
