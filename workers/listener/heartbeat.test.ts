import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createLogger } from '../../platform/logger.ts';
import { HeldCalls } from '../../test/support/held-calls.ts';
import type { AuditResult, AuditWatch } from './audit-watch.ts';
import { HeartbeatPacer } from './heartbeat.ts';
import type { Snapshot } from './outbox-source.ts';

/** A pacer whose audits end, and whose time passes, when the test says so. */
function prepare(t: TestContext) {
  let nowMs = 5000;
  t.mock.method(performance, 'now', () => nowMs);
  const audits = new HeldCalls<[], AuditResult>();
  const logger = createLogger({ process: 'test', level: 'silent' });
  const warnings: string[] = [];
  t.mock.method(logger, 'warn', ({ event }: { event: string }) => void warnings.push(event));
  let ready = 0;
  let reconnects = 0;
  const pacer = new HeartbeatPacer({
    intervalMs: 1000,
    audit: { look: audits.call, reconnect: () => (reconnects += 1) } as unknown as AuditWatch,
    logger,
    onReady: () => (ready += 1),
  });
  const answer = async (result: Partial<AuditResult> = {}) => {
    audits.begun.at(-1)?.succeed({ atMs: 10_000, incarnation: 'one', findings: [], ...result });
    await settle();
  };
  return {
    pacer,
    audits,
    answer,
    warnings,
    pass: (timeMs: number) => (nowMs += timeMs),
    readyCount: () => ready,
    reconnectCount: () => reconnects,
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

function snapshot(parts: Partial<Snapshot> = {}): Snapshot {
  return { atMs: 10_000, incarnation: 'one', changes: [], complete: true, ...parts };
}

test('a complete read allows the heartbeat that is due, once', async (t) => {
  const { pacer, answer, readyCount } = prepare(t);
  pacer.tick();
  assert.equal(pacer.take(snapshot()), null, 'the audit has not answered');
  await answer();
  assert.equal(readyCount(), 1, 'the loop is told that it may read');
  assert.deepEqual(pacer.take(snapshot()), {
    atMs: 10_000,
    incarnation: 'one',
    bypassed: new Set(),
  });
  assert.equal(pacer.take(snapshot()), null);
});

test('it vouches for the older of the read and the audit', async (t) => {
  for (const [readMs, auditMs] of [
    [10_000, 9000],
    [9000, 10_000],
  ] as const) {
    const { pacer, answer } = prepare(t);
    pacer.tick();
    await answer({ atMs: auditMs });
    assert.equal(pacer.take(snapshot({ atMs: readMs }))?.atMs, 9000);
    t.mock.restoreAll();
  }
});

test('a read that did not see all allows none, the next complete one does', async (t) => {
  const { pacer, answer } = prepare(t);
  pacer.tick();
  await answer();
  assert.equal(pacer.take(snapshot({ complete: false })), null);
  assert.equal(pacer.take(snapshot({ incarnation: null })), null, 'nor one without incarnation');
  assert.equal(pacer.take(snapshot({ atMs: 9999 }))?.atMs, 9999);
});

test('an audit of another server than the one read vouches for nothing', async (t) => {
  const { pacer, answer, pass, reconnectCount } = prepare(t);
  for (const incarnation of ['another', null]) {
    pacer.tick();
    await answer({ incarnation });
    assert.equal(pacer.take(snapshot()), null);
    pass(1000);
  }
  assert.equal(reconnectCount(), 2, 'it is asked over another connection');
  pacer.tick();
  await answer();
  assert.equal(pacer.take(snapshot())?.incarnation, 'one');
  assert.equal(reconnectCount(), 2);
});

test('the resources with findings are named', async (t) => {
  const { pacer, answer } = prepare(t);
  pacer.tick();
  const finding = { resource: 'movie', table: 'movies', problem: 'its trigger is off' };
  await answer({ findings: [finding, { ...finding, table: 'movie_genres' }] });
  assert.deepEqual(pacer.take(snapshot())?.bypassed, new Set(['movie']));
});

test('the audit is asked once per interval, and never twice at a time', async (t) => {
  const { pacer, audits, answer, pass } = prepare(t);
  pacer.tick();
  pacer.tick();
  pass(5000);
  pacer.tick();
  assert.equal(audits.begun.length, 1, 'the first one has not answered');
  assert.equal(pacer.untilDueMs, 1000);
  await answer();
  pacer.tick();
  assert.equal(audits.begun.length, 2);
  await answer();
  assert.equal(pacer.untilDueMs, 1000);
  pass(999);
  pacer.tick();
  assert.equal(audits.begun.length, 2);
  pass(1);
  pacer.tick();
  assert.equal(audits.begun.length, 3);
});

test('an audit that failed allows no heartbeat, and is asked again in its time', async (t) => {
  const { pacer, audits, answer, pass, warnings, readyCount } = prepare(t);
  pacer.tick();
  audits.begun[0]?.fail(new Error('Postgres is away'));
  await settle();
  assert.deepEqual(warnings, ['heartbeat.audit_failed']);
  assert.equal(readyCount(), 1);
  assert.equal(pacer.take(snapshot()), null);
  pass(1000);
  pacer.tick();
  await answer();
  assert.ok(pacer.take(snapshot()));
});

test('an answer that nobody took is replaced by the next one', async (t) => {
  const { pacer, answer, pass } = prepare(t);
  pacer.tick();
  await answer({ atMs: 1 });
  pass(1000);
  pacer.tick();
  await answer({ atMs: 2 });
  assert.equal(pacer.take(snapshot())?.atMs, 2);
});

test('a new lead asks at once, and owes nothing to the audits of the last', async (t) => {
  const { pacer, audits, answer } = prepare(t);
  pacer.tick();
  await answer();
  pacer.reset();
  assert.equal(pacer.take(snapshot()), null);
  pacer.tick();
  assert.equal(audits.begun.length, 2);
});
