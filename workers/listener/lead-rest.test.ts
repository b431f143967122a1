// When the lead looks, lingers and parks, what it makes of notifications, and how it stops.

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { eventually } from '../../test/support/eventually.ts';
import { FakeOutbox } from '../../test/support/fake-outbox.ts';
import { HeldCalls } from '../../test/support/held-calls.ts';
import { Alarm } from './alarm.ts';
import type { Batch } from './batch.ts';
import type { Change } from './change.ts';
import { Lead, type LeadOptions } from './lead.ts';

/** For a test whose clock stands still. */
const limit = { timeout: 60_000 };

function row(id: string, code = 'BGR'): Change {
  const place = { id, ctid: `(0,${id})`, committedAtMs: 1 };
  return { ...place, resource: 'city', codes: [code], dependents: [] };
}

/** A lead that is about to begin, among fakes; deliveries are acknowledged by the test. */
function prepareLead(t: TestContext) {
  const calls: string[] = [];
  const source = new FakeOutbox<Change>(calls);
  const alarm = new Alarm();
  t.mock.method(alarm, 'wait', async (timeMs: number) => {
    calls.push(source.isParked ? 'rest' : 'linger');
    await Alarm.prototype.wait.call(alarm, timeMs);
  });
  const deliveries = new HeldCalls<[batch: Batch, signal: AbortSignal], void>();
  const wakeUp = {
    isListening: true,
    notifications: [] as { channel: string; payload: string }[],
    takeNotifications: () => wakeUp.notifications.splice(0),
  };
  const pacer = { untilDueMs: 60_000, tick: () => undefined, take: () => null };
  const delivery = { deliver: deliveries.call };
  const events = { ring: () => undefined };
  const parts = { source, alarm, wakeUp, pacer, delivery, events } as unknown as LeadOptions;
  const stopping = new AbortController();
  let ended: Promise<void> = Promise.resolve();
  const start = () => void (ended = new Lead(parts).run(stopping.signal));
  const stop = async () => {
    stopping.abort();
    alarm.ring();
    await ended;
  };
  t.after(async () => {
    for (const { succeed } of deliveries.begun) {
      succeed();
    }
    await stop();
  });
  /** From now on, or from an earlier length of `calls` on. */
  const waitForCalls = (call: string, count = 1, since = calls.length) => {
    return eventually(
      () => calls.slice(since).filter((made) => made === call).length >= count || undefined,
      { what: `${count} times ${call}` },
    );
  };
  return { source, calls, alarm, deliveries, wakeUp, start, stop, waitForCalls };
}

describe('while rows are rare', () => {
  test('it takes the lock, looks once more, and only then rests', async (t) => {
    const { calls, start, waitForCalls } = prepareLead(t);
    start();
    await waitForCalls('rest', 1, 0);
    assert.deepEqual(calls, ['read', 'park', 'read', 'rest']);
  });

  test('a row that came before the lock is seen by that look, though nobody rang', async (t) => {
    const { source, calls, deliveries, start } = prepareLead(t);
    const parking = t.mock.method(source, 'tryPark');
    parking.mock.mockImplementationOnce(async () => {
      source.rows.push(row('1'));
      return await FakeOutbox.prototype.tryPark.call(source);
    });
    start();
    const { args } = await deliveries.nth(0);
    assert.equal(args[0].changes[0]?.id, '1');
    assert.deepEqual(calls.slice(0, 3), ['read', 'park', 'read']);
  });

  test('a lock that is not free is tried again, and nothing rests until it is', async (t) => {
    const { source, calls, start, waitForCalls } = prepareLead(t);
    source.grantsPark = false;
    start();
    await waitForCalls('park', 3);
    assert.equal(calls.includes('rest'), false);
    source.grantsPark = true;
    await waitForCalls('rest');
    assert.deepEqual(calls.slice(-3), ['park', 'read', 'rest']);
  });

  test('a ring wakes it, and it rests under the lock again while it delivers', async (t) => {
    const { source, calls, alarm, deliveries, start, waitForCalls } = prepareLead(t);
    t.mock.method(performance, 'now', () => 1000);
    start();
    await waitForCalls('rest', 1, 0);
    const before = calls.length;
    source.rows.push(row('1'));
    alarm.ring();
    const { succeed } = await deliveries.nth(0);
    succeed();
    await waitForCalls('rest', 2, before);
    assert.deepEqual(calls.slice(before), ['read', 'rest', 'delete 1', 'read', 'rest']);
  });

  test('a send that takes long is not waited for under the lock', async (t) => {
    const { source, calls, alarm, deliveries, start, waitForCalls } = prepareLead(t);
    start();
    await waitForCalls('rest', 1, 0);
    const before = calls.length;
    source.rows.push(row('1'));
    alarm.ring();
    const { succeed } = await deliveries.nth(0);
    await waitForCalls('unpark', 1, before);
    await waitForCalls('linger', 2, before);
    succeed();
    await waitForCalls('park', 1, before);
    const deeds = calls.slice(before).filter((call) => !['read', 'linger', 'rest'].includes(call));
    assert.deepEqual(deeds, ['unpark', 'delete 1', 'park']);
  });
});

test('while it can not hear it looks again and again, and never parks', async (t) => {
  const { source, calls, wakeUp, deliveries, start, waitForCalls } = prepareLead(t);
  wakeUp.isListening = false;
  start();
  await waitForCalls('read', 5);
  source.rows.push(row('1'));
  (await deliveries.nth(0)).succeed();
  await waitForCalls('delete 1', 1, 0);
  assert.equal(calls.includes('park'), false);
  wakeUp.isListening = true;
  await waitForCalls('rest');
});

test('having become deaf while it rested, it leaves the lock', async (t) => {
  const { source, alarm, wakeUp, start, waitForCalls } = prepareLead(t);
  start();
  await waitForCalls('rest', 1, 0);
  wakeUp.isListening = false;
  alarm.ring();
  await waitForCalls('unpark', 1, 0);
  assert.equal(source.isParked, false);
});

test('while rows are frequent it lingers, so that writers need not ring', limit, async (t) => {
  const { source, calls, deliveries, start, waitForCalls } = prepareLead(t);
  // For the rate the rows have only just come, however long the test takes.
  t.mock.method(performance, 'now', () => 1000);
  source.rows = Array.from({ length: 100 }, (_, index) => row(String(index)));
  start();
  (await deliveries.nth(0)).succeed();
  await waitForCalls('linger', 5);
  assert.equal(calls.includes('park'), false);
});

test('while rows are frequent an answer does not bring the next look forward', limit, async (t) => {
  const { source, calls, deliveries, start, waitForCalls } = prepareLead(t);
  t.mock.method(performance, 'now', () => 1000);
  source.rows = Array.from({ length: 100 }, (_, index) => row(String(index)));
  start();
  const { args, succeed } = await deliveries.nth(0);
  succeed();
  const landed = `delete ${args[0].changes.map(({ id }) => id).join()}`;
  await waitForCalls(landed, 1, 0);
  await waitForCalls('read');
  const after = calls.slice(calls.indexOf(landed) + 1);
  assert.deepEqual(after.slice(0, 2), ['linger', 'read']);
});

describe('a notification', () => {
  const batchFor = async (
    t: TestContext,
    notifications: { channel: string; payload: string }[],
    rows: Change[] = [],
  ) => {
    const { source, wakeUp, deliveries, start } = prepareLead(t);
    source.rows = rows;
    wakeUp.notifications = notifications;
    start();
    return (await deliveries.nth(0)).args[0];
  };

  test('whose code was not captured is relayed by itself, once', async (t) => {
    const bulgaria = { channel: 'city_updates', payload: 'BGR' };
    const { notified, changes } = await batchFor(t, [bulgaria, bulgaria]);
    assert.deepEqual(
      notified.map(({ resource, codes }) => [resource, codes]),
      [['city', ['BGR']]],
    );
    assert.deepEqual(changes, []);
  });

  test('whose code was captured says nothing new; the same code elsewhere does', async (t) => {
    const { notified } = await batchFor(
      t,
      [
        { channel: 'city_updates', payload: 'BGR' },
        { channel: 'movie_updates', payload: 'BGR' },
      ],
      [row('1', 'BGR')],
    );
    assert.deepEqual(
      notified.map(({ resource }) => resource),
      ['movie'],
    );
  });

  test('of a source, or of nobody, is only an alarm', async (t) => {
    const silent = ['genre_name_updates', 'other'].map((channel) => ({ channel, payload: 'x' }));
    assert.deepEqual((await batchFor(t, silent, [row('1')])).notified, []);
  });
});

test('asked to stop, it lands what is under way and leaves what is only gathered', async (t) => {
  const { source, calls, deliveries, start, stop, waitForCalls } = prepareLead(t);
  source.rows.push(row('1'));
  start();
  const { succeed } = await deliveries.nth(0);
  source.rows.push(row('2'));
  await waitForCalls('read', 2);
  const stopped = stop();
  succeed();
  await stopped;
  assert.equal(calls.at(-1), 'delete 1');
  assert.equal(source.rows[0]?.id, '2');
  assert.equal(deliveries.begun.length, 1);
});
