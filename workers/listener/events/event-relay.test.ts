import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { Counter, Registry } from 'prom-client';
import { TransientError } from '../../../platform/errors.ts';
import { createLogger } from '../../../platform/logger.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { EventRelay } from './event-relay.ts';
import type { EventSink } from './event-sink.ts';
import type { EventSource, WaitingEvent } from './event-source.ts';
import { EventWatch } from './event-watch.ts';

const away = new TransientError('kafka_unreachable', 'Kafka: away');

function event(number: number, type: WaitingEvent['type'] = 'updated'): WaitingEvent {
  const id = `id-${number}`;
  return { number: String(number), id, type, aggregateId: 'film', sequence: '1', value: '{}' };
}

/** A relay that leads, on an outbox that is an array, into a sink that notes what it is told. */
async function startRelay(t: TestContext, options: { rows: WaitingEvent[]; keeps?: boolean }) {
  const state = {
    rows: options.rows,
    told: [] as string[],
    attempts: 0,
    refusal: null as Error | null,
    findings: [] as { table: string; problem: string }[],
    opened: 0,
    reads: 0,
    expiredHours: [] as number[],
  };
  const source = {
    read: async (max: number) => {
      state.reads += 1;
      return state.rows.slice(0, max);
    },
    delete: async (events: readonly WaitingEvent[]) => {
      state.told.push(`delete ${events.map(({ number }) => number).join()}`);
      state.rows = state.rows.filter((row) => !events.includes(row));
    },
    expire: async (hours: number) => state.expiredHours.push(hours),
    backlog: async () => ({ waiting: state.rows.length, oldestSeconds: 1 }),
    audit: async () => state.findings,
    close: () => undefined,
  };
  const sink = {
    publish: async (type: string, events: readonly WaitingEvent[]) => {
      state.attempts += 1;
      if (state.refusal !== null) {
        throw state.refusal;
      }
      state.told.push(`${type} ${events.map(({ number }) => number).join()}`);
    },
    prepare: async () => void state.told.push('prepare'),
    stop: async () => void state.told.push('stop'),
  };
  const logger = createLogger({ process: 'test', level: 'silent' });
  const logged: string[] = [];
  const write = (line: { event: string }) => void logged.push(line.event);
  t.mock.method(logger, 'child', () => ({ info: write, warn: write, error: write }));
  const registers = [new Registry()];
  const relay = new EventRelay({
    open: async () => {
      state.opened += 1;
      return source as unknown as EventSource;
    },
    sink: options.keeps === true ? null : (sink as unknown as EventSink),
    watch: new EventWatch({ logger }),
    retentionHours: 168,
    eventsPublished: new Counter({ name: 'events', help: 'test', labelNames: ['type'], registers }),
    logger,
  });
  await relay.start();
  t.after(() => relay.stop());
  const waitForTold = (what: string) =>
    eventually(() => state.told.includes(what) || undefined, { what });
  return { relay, state, logged, waitForTold };
}

describe('events', () => {
  test('are published by type, in order, and deleted once that is acknowledged', async (t) => {
    const rows = [event(1), event(2, 'published'), event(3)];
    const { relay, state, waitForTold } = await startRelay(t, { rows });
    relay.begin();
    await waitForTold('delete 2');
    assert.deepEqual(state.told, ['updated 1,3', 'delete 1,3', 'published 2', 'delete 2']);
  });

  test('stay while they are not acknowledged, and are published again as they were', async (t) => {
    const { relay, state, logged, waitForTold } = await startRelay(t, { rows: [event(1)] });
    state.refusal = away;
    relay.begin();
    await eventually(() => state.attempts >= 2 || undefined, { what: 'a second try' });
    assert.deepEqual(state.told, []);
    assert.equal(relay.state.failure?.message, 'Kafka: away');
    state.rows.push(event(2));
    state.refusal = null;
    await waitForTold('delete 1,2');
    await eventually(() => logged.includes('events.resumed') || undefined, { what: 'resumed' });
    assert.equal(logged.filter((line) => line === 'events.blocked').length, 1, 'said once');
    assert.equal(relay.state.failure, null);
  });

  test('that nobody can make sense of wait too, whatever is wrong with them', async (t) => {
    const { relay, state, logged, waitForTold } = await startRelay(t, { rows: [event(1)] });
    state.refusal = new TypeError('no such type');
    relay.begin();
    await eventually(() => state.attempts >= 2 || undefined, { what: 'a second try' });
    assert.match(relay.state.failure?.message ?? '', /no such type/);
    assert.ok(logged.includes('events.blocked'));
    state.refusal = null;
    await waitForTold('delete 1');
  });

  test('for which there is no topic make it', async (t) => {
    const { relay, state, waitForTold } = await startRelay(t, { rows: [event(1)] });
    state.refusal = new TransientError('kafka_unknown_topic', 'Kafka: which topic?');
    relay.begin();
    await waitForTold('prepare');
  });

  test('are read a few at a time, until none is left', async (t) => {
    const rows = Array.from({ length: 600 }, (_, index) => event(index));
    const { relay, state } = await startRelay(t, { rows });
    relay.begin();
    await eventually(() => state.rows.length === 0 || undefined, { what: 'all to be published' });
    const sizes = state.told.filter((what) => what.startsWith('updated'));
    assert.ok(sizes.length >= 3 && sizes.every((what) => what.split(',').length <= 250));
  });

  test('are looked for when somebody rings', async (t) => {
    const { relay, state, waitForTold } = await startRelay(t, { rows: [] });
    relay.begin();
    await eventually(() => state.reads || undefined, { what: 'a first look' });
    state.rows.push(event(1));
    relay.ring();
    await waitForTold('delete 1');
  });

  test('are left to whoever leads', async (t) => {
    const { relay, state, waitForTold } = await startRelay(t, { rows: [event(1)] });
    relay.begin();
    await waitForTold('delete 1');
    relay.end();
    relay.ring();
    const { opened } = state;
    state.rows.push(event(2));
    relay.begin();
    await waitForTold('delete 2');
    assert.ok(state.opened >= opened);
    assert.deepEqual(relay.state.findings, []);
  });

  test('that nobody publishes here are kept for as long as was said', async (t) => {
    const { relay, state } = await startRelay(t, { rows: [event(1)], keeps: true });
    relay.begin();
    await eventually(() => state.expiredHours.length || undefined, { what: 'what is too old' });
    assert.equal(state.expiredHours[0], 168);
    assert.equal(state.rows.length, 1);
    assert.deepEqual(state.told, []);
  });
});

test('what the audit finds is told once, beside the backlog', async (t) => {
  const { relay, state, logged } = await startRelay(t, { rows: [event(1), event(2)] });
  state.refusal = away;
  state.findings = [{ table: 'public.movies', problem: 'trigger x is disabled' }];
  relay.begin();
  await eventually(() => relay.state.findings.length || undefined, { what: 'the finding' });
  assert.equal(relay.state.backlog.waiting, 2);
  assert.equal(logged.filter((line) => line === 'events.finding').length, 1);
});
