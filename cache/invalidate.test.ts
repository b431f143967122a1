import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cachedResource } from '../contract/resources.ts';
import type { RedisCommands } from '../platform/clients/redis.ts';
import { deleteEntries, flushEntries } from './invalidate.ts';

/** Answers SCAN with these pages and everything else with a number; keeps what it was told. */
function recordingRedis(pages: readonly string[][] = []) {
  const sent: string[][] = [];
  const redis: RedisCommands = async <Reply>(...parts: string[]) => {
    sent.push(parts);
    const page = Number(parts[1]);
    const next = page + 1 < pages.length ? String(page + 1) : '0';
    return (parts[0] === 'SCAN' ? [next, pages[page]] : 0) as Reply;
  };
  return { redis, sent };
}

test('a DEL names every key, whether anything is cached under it or not', async () => {
  const { redis, sent } = recordingRedis();
  await deleteEntries(redis, ['cities_BGR', 'cities_ROU']);
  assert.deepEqual(sent, [['DEL', 'cities_BGR', 'cities_ROU']]);
});

test('no keys are no command', async () => {
  const { redis, sent } = recordingRedis();
  await deleteEntries(redis, []);
  assert.deepEqual(sent, []);
});

test('many keys are told in commands of bounded size, each key once', async () => {
  const keys = Array.from({ length: 1234 }, (_, index) => `movie_${index}`);
  const { redis, sent } = recordingRedis();
  await deleteEntries(redis, keys);
  assert.deepEqual(
    sent.flatMap(([, ...named]) => named),
    keys,
  );
  assert.ok(sent.every(([verb, ...named]) => verb === 'DEL' && named.length <= 500));
});

test('a DEL that fails is not passed over', async () => {
  const failing: RedisCommands = () => Promise.reject(new Error('refused'));
  await assert.rejects(deleteEntries(failing, ['cities_BGR']), { message: 'refused' });
});

test('a flush walks to the end of the keys, past pages that hold none', async () => {
  const { redis, sent } = recordingRedis([['cities_A'], [], ['cities_B', 'cities_C'], []]);
  let steps = 0;
  await flushEntries(redis, cachedResource('city'), async () => void (steps += 1));
  const unlinked = sent.filter(([verb]) => verb === 'UNLINK').flatMap(([, ...keys]) => keys);
  assert.deepEqual(unlinked, ['cities_A', 'cities_B', 'cities_C']);
  assert.equal(steps, 4, 'a sign of life after every page');
  const patterns = sent.filter(([verb]) => verb === 'SCAN').map((parts) => parts[3]);
  assert.deepEqual(new Set(patterns), new Set(['cities_*']));
});

test('a flush ends when the sign of life is refused', async () => {
  const { redis } = recordingRedis([['cities_A'], ['cities_B']]);
  const refused = new Error("the partition is somebody else's");
  const flushing = flushEntries(redis, cachedResource('city'), () => Promise.reject(refused));
  await assert.rejects(flushing, refused);
});
