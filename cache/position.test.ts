import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RedisCommands } from '../platform/clients/redis.ts';
import { readPositions } from './position.ts';

const heartbeat = { atMs: 1_700_000_000_000, partitionCount: 1, incarnation: 'one', bypass: false };

/** A Redis whose only hash holds these fields. */
function redisWith(fields: Record<string, string>): RedisCommands {
  return async <Reply>(...parts: string[]) => {
    assert.deepEqual(parts, ['HGETALL', 'cache_position']);
    return fields as Reply;
  };
}

test('the positions of a topic are read by partition, without those of others', async () => {
  const redis = redisWith({
    'city_updates/0': JSON.stringify({ next: '7', heartbeat }),
    'city_updates/12': JSON.stringify({ next: '8', heartbeat: null }),
    'town_updates/4': JSON.stringify({ next: '4', heartbeat }),
    'movie_updates/0': JSON.stringify({ next: '1', heartbeat }),
    'blue.city_updates/0': JSON.stringify({ next: '2', heartbeat }),
    'city_updates.dead/0': JSON.stringify({ next: '3', heartbeat }),
  });
  assert.deepEqual(
    await positionsOf(redis, 'city_updates'),
    new Map([
      [0, { next: '7', heartbeat }],
      [12, { next: '8', heartbeat: null }],
    ]),
  );
});

for (const field of ['city_updates/', 'city_updates/x', 'city_updates/-1', 'city_updates/1.5']) {
  test(`a field "${field}" is nobody's`, async () => {
    const redis = redisWith({ [field]: JSON.stringify({ next: '7', heartbeat }) });
    assert.equal((await positionsOf(redis, 'city_updates')).size, 0);
  });
}

const { bypass: _, ...withoutBypass } = heartbeat;
const garbage: unknown[] = [
  null,
  7,
  'next',
  [],
  {},
  { heartbeat },
  { next: 7, heartbeat },
  { next: '7' },
  { next: '7', heartbeat: 7 },
  { next: '7', heartbeat: {} },
  { next: '7', heartbeat: { ...heartbeat, atMs: 'now' } },
  { next: '7', heartbeat: { ...heartbeat, atMs: null } },
  { next: '7', heartbeat: { ...heartbeat, partitionCount: 0 } },
  { next: '7', heartbeat: { ...heartbeat, partitionCount: '3' } },
  { next: '7', heartbeat: { ...heartbeat, incarnation: 3 } },
  { next: '7', heartbeat: { ...heartbeat, bypass: 'no' } },
  { next: '7', heartbeat: withoutBypass },
];
for (const text of [...garbage.map((value) => JSON.stringify(value)), '', 'not json', '{"next":']) {
  test(`garbage counts as absent: ${text}`, async () => {
    const positions = await positionsOf(redisWith({ 'city_updates/0': text }), 'city_updates');
    assert.deepEqual(positions, new Map());
  });
}

async function positionsOf(redis: RedisCommands, topic: string) {
  return (await readPositions(redis)).get(topic) ?? new Map();
}
