import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import type { Position } from '../../cache/position.ts';
import { cachedResource } from '../../contract/resources.ts';
import { TransientError } from '../../platform/errors.ts';
import { eventually } from '../../test/support/eventually.ts';
import { Auditor, type AuditorOptions, type StaleEntry } from './auditor.ts';
import { Pace } from './pace.ts';
import type { Subject } from './subject.ts';
import type { Look } from './verdict.ts';

const resource = cachedResource('city');
const subject: Subject = { resource, code: 'BGR' };

function lookThatSays(cached: string, database: string): Look {
  return {
    startedMs: performance.now(),
    trustedSinceMs: 0,
    entry: { kind: 'value', text: cached, expiresAtMs: 9, expiresInMs: 1 },
    database: [
      { text: database, incarnation: 'one' },
      { text: database, incarnation: 'one' },
    ],
    incarnation: 'one',
  };
}

function positionsAt(...times: number[]) {
  const positions = times.map((atMs, partition): [number, Position] => {
    const heartbeat = { atMs, partitionCount: times.length, incarnation: 'one', bypass: false };
    return [partition, { next: '1', heartbeat }];
  });
  return new Map([['city_updates', new Map(positions)]]);
}

interface Audited {
  verdicts: string[];
  stale: StaleEntry[];
  looks: string[];
}

/** An auditor that looks at one entry again and again; the bound is over almost at once. */
async function audit(
  t: TestContext,
  observer: Partial<AuditorOptions['observer']>,
  sources: Partial<Pick<AuditorOptions, 'changes' | 'keyspace'>> = {},
  boundMs = 0,
): Promise<Audited> {
  const audited: Audited = { verdicts: [], stale: [], looks: [] };
  const { look = async () => lookThatSays('[1]', '[1]'), ...others } = observer;
  const auditor = new Auditor({
    keyspace: { next: async () => subject },
    ...sources,
    observer: {
      look: async (asked) => {
        audited.looks.push(asked.code);
        return await look(asked);
      },
      readDatabaseMs: async () => 50,
      readPositions: async () => positionsAt(50, 60, 70),
      ...others,
    },
    topicOf: ({ topic }) => topic,
    pace: new Pace(0),
    boundMs,
    onVerdict: (_, verdict) => void audited.verdicts.push(verdict),
    onStale: (found) => void audited.stale.push(found),
    logger: pino({ level: 'silent' }),
  });
  await auditor.start();
  t.after(() => auditor.stop());
  return audited;
}

const first = async (audited: Audited) =>
  await eventually(() => audited.verdicts[0], { what: 'a verdict', timeoutMs: 30_000 });

test('an entry that equals the database is fresh at the first look', async (t) => {
  assert.equal(await first(await audit(t, {})), 'fresh');
});

test('a difference is judged only by a second look', async (t) => {
  const audited = await audit(t, { look: async () => lookThatSays('[1]', '[2]') });
  assert.equal(await first(audited), 'stale');
  const [found] = audited.stale;
  assert.ok(found && found.second.startedMs > found.first.startedMs);
  assert.deepEqual([found.subject, found.positions.size], [subject, 3]);
});

test('nothing is stale while one partition has not applied what the first look saw', async (t) => {
  const audited = await audit(t, {
    look: async () => lookThatSays('[1]', '[2]'),
    readPositions: async () => positionsAt(70, 49, 70),
  });
  assert.equal(await first(audited), 'unapplied');
  assert.deepEqual(audited.stale, []);
});

test('nor while there are no positions', async (t) => {
  const audited = await audit(t, {
    look: async () => lookThatSays('[1]', '[2]'),
    readPositions: async () => new Map(),
  });
  assert.equal(await first(audited), 'unapplied');
});

test('a server that is away makes it wait, and go on', async (t) => {
  let failures = 0;
  const audited = await audit(t, {
    look: async () => {
      failures += 1;
      if (failures < 3) {
        throw new TransientError('redis_failed', 'away');
      }
      return lookThatSays('[1]', '[1]');
    },
  });
  await eventually(() => audited.verdicts[2], { what: 'three verdicts', timeoutMs: 30_000 });
  assert.deepEqual(audited.verdicts.slice(0, 3), ['unreachable', 'unreachable', 'fresh']);
});

test('takes from both sources in turn', async (t) => {
  const audited = await audit(
    t,
    {},
    {
      changes: { next: () => ({ resource, code: 'CHG' }) },
      keyspace: { next: async () => ({ resource, code: 'KEY' }) },
    },
  );
  await eventually(() => audited.looks[3], { what: 'four looks', timeoutMs: 30_000 });
  assert.deepEqual(audited.looks.slice(0, 4), ['KEY', 'CHG', 'KEY', 'CHG']);
});

test('does not look at an entry again before its second look is due', async (t) => {
  const codes = ['BGR', 'BGR', 'BGR', 'END'];
  const next = async () => {
    const code = codes.shift();
    return code === undefined ? undefined : { resource, code };
  };
  const audited = await audit(
    t,
    { look: async () => lookThatSays('[1]', '[2]') },
    { keyspace: { next } },
    1_000_000,
  );
  await eventually(() => audited.looks.includes('END') || undefined, {
    what: 'the last look',
    timeoutMs: 30_000,
  });
  assert.deepEqual(audited.looks, ['BGR', 'END']);
});

test('keeps only so many differences for a second look', async (t) => {
  let count = 0;
  const next = async () => {
    count += 1;
    return { resource, code: String(count) };
  };
  const look = async () => lookThatSays('[1]', '[2]');
  const audited = await audit(t, { look }, { keyspace: { next } }, 1_000_000);
  assert.equal(await first(audited), 'crowded');
  assert.ok(audited.looks.length > 100);
});
