import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFlush, encodeHeartbeat, encodeInvalidation } from '../../contract/messages.ts';
import { cachedResource } from '../../contract/resources.ts';
import { ChangedCodes } from './changed-codes.ts';

const city = cachedResource('city');
const origin = { id: '1', committedAtMs: Date.UTC(2026, 0, 2) };
const heartbeat = { atMs: 1, partitionCount: 3, incarnation: 'one', bypass: false };

interface Sent {
  value: string;
  headers: Record<string, string>;
}

function batchOf(messages: Sent[], firstOffset = 7n) {
  return {
    topic: 'ns.city_updates',
    partition: 2,
    messages: messages.map(({ value, headers }, index) => {
      return { offset: firstOffset + BigInt(index), key: null, value: Buffer.from(value), headers };
    }),
    keepAlive: async () => undefined,
  };
}

const create = (boundMs: number) => new ChangedCodes({ topicNamespace: 'ns.', boundMs });

test('hands out each code that a message names, once, and nothing else', async () => {
  const changes = create(0);
  await changes.take(
    batchOf([
      encodeInvalidation('BGR', origin),
      encodeHeartbeat(heartbeat),
      { value: 'not JSON', headers: {} },
      encodeInvalidation('BGR', origin),
      encodeFlush(origin),
      encodeInvalidation('ROU', origin),
    ]),
  );
  assert.deepEqual([changes.next()?.code, changes.next()?.code], ['BGR', 'ROU']);
  assert.equal(changes.next(), undefined);
});

test('lets a code wait out the bound', async () => {
  const changes = create(1_000_000);
  await changes.take(batchOf([encodeInvalidation('BGR', origin)]));
  assert.equal(changes.next(), undefined);
});

test('remembers the last change of a code, and the last flush', async () => {
  const changes = create(0);
  const foreign = { value: '{"action":"invalidate_cache","code":"ROU"}', headers: {} };
  await changes.take(batchOf([encodeInvalidation('BGR', origin), encodeFlush(origin), foreign]));
  await changes.take(batchOf([encodeInvalidation('BGR', origin)], 12n));
  const where = { topic: 'ns.city_updates', partition: 2 };
  const committedAt = '2026-01-02T00:00:00.000Z';
  const of = (code: string) => changes.lastChange({ resource: city, code });
  assert.deepEqual(of('BGR'), { ...where, offset: '12', committedAt });
  assert.deepEqual(of('ROU'), { ...where, offset: '9', committedAt: null });
  assert.equal(of('AUT'), null);
  assert.deepEqual(changes.lastFlush(city), { ...where, offset: '8', committedAt });
  assert.equal(changes.lastFlush(cachedResource('movie')), null);
});

test('takes in no more than it can use, however many codes change', async () => {
  const changes = create(0);
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
  const codes = letters.flatMap((one) => letters.map((two) => `${one}${two}X`));
  await changes.take(batchOf(codes.map((code) => encodeInvalidation(code, origin))));
  let handedOut = 0;
  while (changes.next() !== undefined) {
    handedOut += 1;
  }
  assert.equal(handedOut, 500);
});
