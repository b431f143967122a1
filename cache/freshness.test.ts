import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Heartbeat } from '../contract/messages.ts';
import { type FreshnessInput, judgeFreshness } from './freshness.ts';
import type { Position } from './position.ts';

const boundMs = 5000;
/** Our monotonic clock and the database's, at the time of the poll. */
const polledAtMs = 100_000;
const databaseNowMs = 1_700_000_000_000;
const database = { clockOffsetMs: databaseNowMs - polledAtMs, incarnation: 'one' };

function beat(ageMs: number, changes: Partial<Heartbeat> = {}): Heartbeat {
  const atMs = databaseNowMs - ageMs;
  return { atMs, partitionCount: 3, incarnation: 'one', bypass: false, ...changes };
}

/** The judgement on these heartbeats by partition, all of which have just changed. */
function judge(heartbeats: (Heartbeat | null)[], changes: Partial<FreshnessInput> = {}) {
  const stored = heartbeats.map((heartbeat): Position => ({ next: '1', heartbeat }));
  return judgeFreshness({
    positions: new Map(stored.entries()),
    changedAtMs: new Map(stored.map((_, partition) => [partition, polledAtMs])),
    database,
    polledAtMs,
    answeredAtMs: polledAtMs + 1,
    boundMs,
    ...changes,
  });
}

const healthy = [beat(100), beat(200), beat(150)];
const never = Number.NEGATIVE_INFINITY;

test('entries are trusted for a second after a poll that found all well', () => {
  const { trustedUntilMs, reason, lagMs } = judge(healthy);
  assert.deepEqual([trustedUntilMs, reason, lagMs], [polledAtMs + 1000, 'redis', 201]);
});

test('or until the oldest heartbeat reaches the bound, if that comes first', () => {
  const { trustedUntilMs, reason } = judge([beat(100), beat(4700), beat(150)]);
  assert.deepEqual([trustedUntilMs, reason], [polledAtMs + 300, 'lag']);
});

test('or until a heartbeat has not changed for as long as the bound', () => {
  const changedAtMs = new Map([0, 1, 2].map((partition) => [partition, polledAtMs]));
  changedAtMs.set(1, polledAtMs - 4600);
  const { trustedUntilMs, reason } = judge(healthy, { changedAtMs });
  assert.deepEqual([trustedUntilMs, reason], [polledAtMs + 400, 'stalled']);
});

test('a heartbeat over the bound is over it at once', () => {
  const { trustedUntilMs, reason } = judge([beat(100), beat(5100), beat(150)]);
  assert.ok(trustedUntilMs < polledAtMs);
  assert.equal(reason, 'lag');
});

const doubts: [title: string, reason: string, () => ReturnType<typeof judge>][] = [
  ['nothing is recorded', 'position', () => judge([])],
  ['a partition is missing', 'position', () => judge(healthy.slice(0, 2))],
  ['a partition has shown no heartbeat', 'position', () => judge([beat(1), null, beat(1)])],
  [
    'one heartbeat announces a partition more',
    'position',
    () => judge([beat(1), beat(1, { partitionCount: 4 }), beat(1)]),
  ],
  ['the database is not known', 'database', () => judge(healthy, { database: null })],
  [
    'the database has another incarnation',
    'incarnation',
    () => judge(healthy, { database: { ...database, incarnation: 'two' } }),
  ],
  [
    'the database has forgotten its incarnation',
    'incarnation',
    () => judge(healthy, { database: { ...database, incarnation: null } }),
  ],
  [
    'one partition speaks of another incarnation',
    'incarnation',
    () => judge([beat(1), beat(1, { incarnation: 'old' }), beat(1)]),
  ],
  [
    'changes are not captured',
    'capture',
    () => judge([beat(1), beat(1), beat(1, { bypass: true })]),
  ],
  ['a heartbeat comes from the future', 'clock', () => judge([beat(1), beat(-60), beat(1)])],
];

for (const [title, expected, given] of doubts) {
  test(`nothing is trusted while ${title}`, () => {
    const { trustedUntilMs, reason } = given();
    assert.deepEqual([trustedUntilMs, reason], [never, expected]);
  });
}

test('a partition beyond what is announced does not count', () => {
  const three = [beat(1), beat(1), beat(1)];
  assert.equal(judge([...three, beat(60_000)]).reason, 'redis');
});
