import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { PostgresPool, Row } from '../../platform/clients/postgres.ts';
import { createLogger } from '../../platform/logger.ts';
import { AuditWatch } from './audit-watch.ts';

const healthy = {
  at_ms: '1700000000123',
  incarnation: 'one',
  resource: null,
  rel: null,
  problem: null,
};
const broken = { ...healthy, resource: 'city', rel: 'public.city', problem: 'its trigger is off' };

/** A watch whose Postgres answers with the rows given last. */
function prepare(t: TestContext) {
  const state = { rows: [healthy] as Row[] };
  const logger = createLogger({ process: 'test', level: 'silent' });
  const logged: { event: string; table?: string }[] = [];
  const write = (line: { event: string }) => void logged.push(line);
  t.mock.method(logger, 'child', () => ({ info: write, error: write }));
  const pool = { query: async () => state.rows, end: async () => undefined };
  const audit = new AuditWatch({ pool: pool as unknown as PostgresPool, logger });
  return { audit, state, logged };
}

test('no finding is an answer, too: it has a time', async (t) => {
  const { audit, logged } = prepare(t);
  assert.deepEqual(await audit.look(), {
    atMs: 1_700_000_000_123,
    incarnation: 'one',
    findings: [],
  });
  assert.deepEqual(logged, [], 'health from the beginning is no news');
});

test('findings are told when they come, once, and when they are gone', async (t) => {
  const { audit, state, logged } = prepare(t);
  const finding = { resource: 'city', table: 'public.city', problem: 'its trigger is off' };
  state.rows = [broken, { ...broken, resource: 'movie', rel: null, problem: null }];
  const { findings } = await audit.look();
  assert.deepEqual(findings, [finding, { resource: 'movie', table: '', problem: '' }]);
  assert.deepEqual(audit.findings, findings);
  await audit.look();
  assert.deepEqual(
    logged.map(({ event }) => event),
    ['audit.finding', 'audit.finding'],
  );
  assert.equal(logged[0]?.table, 'public.city');
  state.rows = [healthy];
  await audit.look();
  assert.equal(logged.at(-1)?.event, 'audit.healthy');
  assert.deepEqual(audit.findings, []);
});

test('an answer that makes no sense is a fault, never health', async (t) => {
  const { audit, state } = prepare(t);
  state.rows = [{ at_ms: null }];
  await assert.rejects(audit.look());
});

test('no answer at all vouches for nothing', async (t) => {
  const { audit, state } = prepare(t);
  state.rows = [];
  assert.equal((await audit.look()).atMs, 0);
});
