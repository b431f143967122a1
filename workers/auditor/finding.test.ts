import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cachedResource } from '../../contract/resources.ts';
import { describeFinding, type FindingEvidence } from './finding.ts';
import type { Look } from './verdict.ts';

const shared = '"name":"Dobric","padding":"'.padEnd(500, '.');
const cachedText = `[{${shared}","population":1}]`;
const databaseText = `[{${shared}","population":2}]`;

const look: Look = {
  startedMs: 1000,
  trustedSinceMs: 0,
  entry: { kind: 'value', text: cachedText, expiresAtMs: 9, expiresInMs: 100_000 },
  database: [
    { text: databaseText, incarnation: 'one' },
    { text: databaseText, incarnation: 'one' },
  ],
  incarnation: 'one',
};
const heartbeat = { atMs: 0, partitionCount: 3, incarnation: 'one', bypass: false };
const change = { topic: 'city_updates', partition: 1, offset: '41', committedAt: null };
const evidence: FindingEvidence = {
  subject: { resource: cachedResource('city'), code: 'BGR' },
  first: look,
  second: { ...look, startedMs: 6250 },
  positions: new Map([[1, { next: '42', heartbeat }]]),
  lagMs: 120,
  ttlSeconds: 320,
  lastChange: change,
  lastFlush: null,
};

test('quotes both values only around where they differ', () => {
  const { differs_at: at, cached, database } = describeFinding(evidence);
  assert.equal(cachedText[at], '1');
  assert.match(cached, /"population":1}\]$/);
  assert.match(database, /"population":2}\]$/);
  assert.ok(cached.length <= 100 && database.length <= 100);
});

test('tells the age from what is left of the time to live, which is jittered by a tenth', () => {
  assert.deepEqual(describeFinding(evidence).entry_age_ms, { min: 188_000, max: 220_000 });
});

test('knows no age of an entry that never expires, nor of one kept briefly', () => {
  const ageOf = (text: string, expiresInMs: number) => {
    const entry = { kind: 'value', text, expiresAtMs: -1, expiresInMs } as const;
    return describeFinding({ ...evidence, second: { ...look, entry } }).entry_age_ms;
  };
  assert.equal(ageOf(cachedText, -1), null);
  assert.equal(ageOf('[]', 10_000), null);
});

test('says whether the last change was carried out, when the position can tell', () => {
  const appliedWhen = (next: string) => {
    const positions = new Map([[1, { next, heartbeat }]]);
    return describeFinding({ ...evidence, positions }).last_change?.applied;
  };
  assert.deepEqual(['41', '42', 'lead:7'].map(appliedWhen), [false, true, null]);
  assert.equal(describeFinding({ ...evidence, positions: new Map() }).last_change?.applied, null);
});

test('says how long it was seen, the lag and the positions', () => {
  const { seen_for_ms: seenFor, lag_ms: lag, positions } = describeFinding(evidence);
  assert.deepEqual([seenFor, lag], [5250, 120]);
  assert.deepEqual(positions, { 1: { next: '42', at: '1970-01-01T00:00:00.000Z' } });
});
