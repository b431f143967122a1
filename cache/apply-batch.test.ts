// The position rule, case by case.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Heartbeat } from '../contract/messages.ts';
import { cachedResource } from '../contract/resources.ts';
import type { RedisCommands } from '../platform/clients/redis.ts';
import { applyBatch, flushReason, type InvalidationBatch, positionAfter } from './apply-batch.ts';

function beat(changes: Partial<Heartbeat> = {}): Heartbeat {
  return { atMs: 1, partitionCount: 3, incarnation: 'a', bypass: false, ...changes };
}

function batch(changes: Partial<InvalidationBatch> = {}): InvalidationBatch {
  return { continues: '20', next: '25', keys: [], flushes: false, heartbeats: [], ...changes };
}

const cases: [title: string, ...Parameters<typeof flushReason>, ReturnType<typeof flushReason>][] =
  [
    ['nothing is stored', batch(), undefined, 'discontinuity'],
    ['messages were missed', batch(), { next: '19', heartbeat: beat() }, 'discontinuity'],
    ['the offsets went back', batch(), { next: '30', heartbeat: beat() }, 'discontinuity'],
    ['it continues', batch(), { next: '20', heartbeat: beat() }, null],
    ['it continues, before any heartbeat', batch(), { next: '20', heartbeat: null }, null],
    ['a flush is asked for', batch({ flushes: true }), { next: '20', heartbeat: beat() }, 'asked'],
    [
      'the incarnation is another than stored',
      batch({ heartbeats: [beat({ incarnation: 'b' })] }),
      { next: '20', heartbeat: beat() },
      'incarnation changed',
    ],
    [
      'the incarnation changes within the batch',
      batch({ heartbeats: [beat(), beat({ incarnation: 'b' })] }),
      { next: '20', heartbeat: null },
      'incarnation changed',
    ],
    [
      'a stored bypass ends',
      batch({ heartbeats: [beat()] }),
      { next: '20', heartbeat: beat({ bypass: true }) },
      'bypass ended',
    ],
    [
      'a bypass begins and ends within the batch',
      batch({ heartbeats: [beat({ bypass: true }), beat()] }),
      { next: '20', heartbeat: beat() },
      'bypass ended',
    ],
    [
      'a bypass begins',
      batch({ heartbeats: [beat({ bypass: true })] }),
      { next: '20', heartbeat: beat() },
      null,
    ],
  ];

for (const [title, given, stored, expected] of cases) {
  test(`${title}: ${expected === null ? 'no flush' : `flush, ${expected}`}`, () => {
    assert.equal(flushReason(given, stored), expected);
  });
}

test('the last heartbeat of the batch is recorded, else the one that still stands', () => {
  const stored = { next: '20', heartbeat: beat() };
  const later = beat({ atMs: 9 });
  const beating = batch({ heartbeats: [beat({ atMs: 8 }), later] });
  assert.deepEqual(positionAfter(beating, stored), { next: '25', heartbeat: later });
  assert.deepEqual(positionAfter(batch(), stored), { next: '25', heartbeat: beat() });
  assert.deepEqual(positionAfter(batch(), undefined), { next: '25', heartbeat: null });
});

/** Applies a batch that continues; the commands that Redis was sent, in their order. */
async function commandsOf(deleting: () => Promise<number>): Promise<string[]> {
  const sent: string[] = [];
  const redis: RedisCommands = async <Reply>(verb = '') => {
    sent.push(verb);
    const position = JSON.stringify({ next: '20', heartbeat: null });
    const replies: Record<string, () => unknown> = {
      HGETALL: () => ({ 'city_updates/0': position }),
      DEL: deleting,
    };
    return (await replies[verb]?.()) as Reply;
  };
  await applyBatch({
    redis,
    target: { resource: cachedResource('city'), topic: 'city_updates', partition: 0 },
    batch: batch({ keys: ['cities_BGR'] }),
    countPartitions: async () => 3,
    keepAlive: async () => undefined,
  }).catch(() => sent.push('rejected'));
  return sent;
}

test('the position moves on only once everything else was acknowledged', async () => {
  assert.deepEqual(await commandsOf(async () => 1), ['HGETALL', 'DEL', 'HSET']);
  const refusing = () => Promise.reject(new Error('no'));
  assert.deepEqual(await commandsOf(refusing), ['HGETALL', 'DEL', 'rejected']);
});

test('deleting does not wait for the stored position to be known', async () => {
  let isDeleting = (): void => undefined;
  const deleting = new Promise<void>((resolve) => (isDeleting = resolve));
  const redis: RedisCommands = async <Reply>(verb = '') => {
    if (verb === 'DEL') isDeleting();
    if (verb === 'HGETALL') await deleting;
    return {} as Reply;
  };
  const { flushed } = await applyBatch({
    redis: async <Reply>(verb = '', ...rest: string[]) =>
      verb === 'SCAN' ? (['0', []] as Reply) : await redis<Reply>(verb, ...rest),
    target: { resource: cachedResource('city'), topic: 'city_updates', partition: 0 },
    batch: batch({ keys: ['cities_BGR'] }),
    countPartitions: async () => 3,
    keepAlive: async () => undefined,
  });
  assert.equal(flushed, 'discontinuity');
});
