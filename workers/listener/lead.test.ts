import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { TransientError } from '../../platform/errors.ts';
import { eventually } from '../../test/support/eventually.ts';
import { FakeOutbox } from '../../test/support/fake-outbox.ts';
import { HeldCalls } from '../../test/support/held-calls.ts';
import { Alarm } from './alarm.ts';
import type { Batch } from './batch.ts';
import type { Change } from './change.ts';
import { Lead, type LeadOptions } from './lead.ts';
import type { Snapshot } from './outbox-source.ts';

const isDelete = (call: string) => call.startsWith('delete');

const idsOf = (changes: readonly { id: string }[]) => changes.map(({ id }) => id).join();

function row(id: string, code = 'BGR'): Change {
  const place = { id, ctid: `(0,${id})`, committedAtMs: 1 };
  return { ...place, resource: 'city', codes: [code], dependents: [] };
}

/** A lead under way, among fakes; what it delivers is acknowledged when the test says so. */
function startLead(t: TestContext, { rows = [] as Change[], listening = true } = {}) {
  const calls: string[] = [];
  const source = new FakeOutbox<Change>(calls);
  source.rows = rows;
  const alarm = new Alarm();
  t.mock.method(alarm, 'wait', async (timeMs: number) => {
    calls.push('wait');
    await Alarm.prototype.wait.call(alarm, timeMs);
  });
  const deliveries = new HeldCalls<[batch: Batch, signal: AbortSignal], void>();
  const wakeUp = {
    isListening: listening,
    notifications: [] as { channel: string; payload: string }[],
    takeNotifications: () => wakeUp.notifications.splice(0),
  };
  const pacer = {
    isDue: false,
    untilDueMs: 60_000,
    tick: () => undefined,
    reset: () => void calls.push('reset heartbeats'),
    take: ({ complete, incarnation, atMs }: Snapshot) => {
      const taken = pacer.isDue && complete && incarnation !== null;
      pacer.isDue &&= !taken;
      return taken ? { atMs, incarnation, bypassed: new Set<string>() } : null;
    },
  };
  const delivery = {
    deliver: deliveries.call,
    lostMessages: false,
    forgetLoss: () => void (delivery.lostMessages = false),
  };
  const events = { ring: () => void calls.push('ring') };
  const parts = { source, alarm, wakeUp, pacer, delivery, events } as unknown as LeadOptions;
  const stopping = new AbortController();
  const ended = new Lead(parts).run(stopping.signal);
  ended.catch(() => undefined);
  const stop = async () => {
    stopping.abort();
    alarm.ring();
    await ended;
  };
  t.after(async () => {
    for (const { succeed } of deliveries.begun) {
      succeed();
    }
    await stop().catch(() => undefined);
  });
  const waitForCalls = (call: string, count: number) => {
    const since = calls.length;
    return eventually(
      () => calls.slice(since).filter((made) => made === call).length >= count || undefined,
      { what: `${count} times ${call}` },
    );
  };
  return { source, calls, alarm, deliveries, delivery, wakeUp, pacer, ended, stop, waitForCalls };
}

async function waitForCall(calls: readonly string[], call: string): Promise<number> {
  return await eventually(() => (calls.includes(call) ? calls.indexOf(call) : undefined), {
    what: call,
  });
}

describe('rows', () => {
  test('are deleted once they are acknowledged, not before, and no others', async (t) => {
    const { source, calls, deliveries, waitForCalls } = startLead(t, {
      rows: [row('1'), row('2')],
    });
    const first = await deliveries.nth(0);
    assert.equal(idsOf(first.args[0].changes), '1,2');
    source.rows.push(row('3'));
    await waitForCalls('read', 3);
    assert.deepEqual(calls.filter(isDelete), []);
    first.succeed();
    await waitForCall(calls, 'delete 1,2');
    const second = await deliveries.nth(1);
    second.succeed();
    await waitForCall(calls, 'delete 3');
    assert.deepEqual(source.rows, []);
  });

  test('that are under way or gathered are not sent again', async (t) => {
    const { source, deliveries, waitForCalls } = startLead(t, { rows: [row('1'), row('2')] });
    const first = await deliveries.nth(0);
    source.rows.push(row('3'));
    await waitForCalls('read', 3);
    assert.equal(deliveries.begun.length, 1, 'one delivery at a time');
    first.succeed();
    const second = await deliveries.nth(1);
    assert.equal(idsOf(second.args[0].changes), '3');
  });

  test('stay when they are not acknowledged: the lead ends, and its sends with it', {
    timeout: 30_000,
  }, async (t) => {
    const { source, calls, deliveries, ended } = startLead(t, { rows: [row('1')] });
    const { fail, args } = await deliveries.nth(0);
    fail(new TypeError('a fault'));
    await assert.rejects(ended, { message: 'a fault' });
    assert.equal(args[1].aborted, true);
    assert.equal(idsOf(source.rows), '1');
    assert.deepEqual(calls.filter(isDelete), []);
  });

  test('wait in the outbox while too many are under way, and the session is kept', async (t) => {
    const rows = Array.from({ length: 50_000 }, (_, index) => row(String(index)));
    const { deliveries, waitForCalls } = startLead(t, { rows });
    for (const [number, size] of [2000, 20_000, 20_000].entries()) {
      const { args, succeed } = await deliveries.nth(number);
      assert.equal(args[0].changes.length, size);
      if (number < 2) await waitForCalls('ping', 1);
      succeed();
    }
  });

  test('changed one by one are never gathered in such a number that it is a flush', async (t) => {
    const rows = Array.from({ length: 30_000 }, (_, index) => row(String(index), `C${index}`));
    const { deliveries, waitForCalls } = startLead(t, { rows });
    for (const [number, size] of [2000, 8000, 8000].entries()) {
      const { args, succeed } = await deliveries.nth(number);
      assert.equal(args[0].changes.length, size);
      if (number < 2) await waitForCalls('ping', 1);
      succeed();
    }
  });

  test('a session that is lost ends the lead, and what it was sending', async (t) => {
    const { source, deliveries, ended, alarm } = startLead(t, { rows: [row('1')] });
    const { args } = await deliveries.nth(0);
    source.read = () => Promise.reject(new TransientError('postgres_ended', 'gone'));
    alarm.ring();
    await assert.rejects(ended, { code: 'postgres_ended' });
    assert.equal(args[1].aborted, true);
  });
});

test('events are looked for once what a film’s change invalidates has landed', async (t) => {
  const film = { ...row('1'), resource: 'movie' };
  const { source, calls, alarm, deliveries } = startLead(t, { rows: [row('0'), film] });
  const { succeed } = await deliveries.nth(0);
  assert.equal(calls.includes('ring'), false);
  succeed();
  await waitForCall(calls, 'ring');
  source.rows.push(row('2'));
  alarm.ring();
  (await deliveries.nth(1)).succeed();
  await waitForCall(calls, 'delete 2');
  assert.deepEqual(
    calls.filter((call) => /^(delete|ring)/.test(call)),
    ['delete 0,1', 'ring', 'delete 2'],
  );
});

describe('a heartbeat', () => {
  test('goes with what was read before it, and after what is under way', async (t) => {
    const { source, pacer, deliveries, waitForCalls } = startLead(t, { rows: [row('1')] });
    const first = await deliveries.nth(0);
    assert.equal(first.args[0].heartbeat, null);
    source.rows.push(row('2'));
    pacer.isDue = true;
    await waitForCalls('read', 3);
    assert.equal(deliveries.begun.length, 1);
    first.succeed();
    const second = await deliveries.nth(1);
    assert.equal(idsOf(second.args[0].changes), '2');
    assert.ok(second.args[0].heartbeat);
  });

  test('needs no rows', async (t) => {
    const { pacer, alarm, deliveries, calls } = startLead(t);
    await waitForCall(calls, 'wait');
    pacer.isDue = true;
    alarm.ring();
    const { args } = await deliveries.nth(0);
    assert.equal(args[0].heartbeat?.incarnation, 'one');
  });
});

test('a forgotten incarnation is flushed once, and renewed only after that', async (t) => {
  const { source, calls, deliveries, waitForCalls } = startLead(t, { listening: false });
  source.incarnation = null;
  const { args, succeed } = await deliveries.nth(0);
  assert.equal(args[0].renewsIncarnation, true);
  source.rows.push(row('1'));
  await waitForCalls('read', 3);
  assert.equal(calls.includes('renew'), false);
  succeed();
  await waitForCall(calls, 'renew');
  const next = await deliveries.nth(1);
  assert.equal(next.args[0].renewsIncarnation, false);
});

test('lost messages renew the incarnation, once, before rows are deleted', async (t) => {
  const { source, calls, alarm, deliveries, delivery } = startLead(t, { rows: [row('1')] });
  const { succeed } = await deliveries.nth(0);
  delivery.lostMessages = true;
  assert.equal(calls.includes('renew'), false);
  succeed();
  await waitForCall(calls, 'delete 1');
  source.rows.push(row('2'));
  alarm.ring();
  (await deliveries.nth(1)).succeed();
  await waitForCall(calls, 'delete 2');
  const deeds = calls.filter((call) => /^(delete|renew|reset)/.test(call));
  assert.deepEqual(deeds, ['renew', 'reset heartbeats', 'delete 1', 'delete 2']);
});

test('a loss that could not be told of is not forgotten', async (t) => {
  const { source, deliveries, delivery, ended } = startLead(t, { rows: [row('1')] });
  const { succeed } = await deliveries.nth(0);
  source.renewIncarnation = () => Promise.reject(new TransientError('postgres_ended', 'gone'));
  delivery.lostMessages = true;
  succeed();
  await assert.rejects(ended, { code: 'postgres_ended' });
  assert.equal(delivery.lostMessages, true);
});
