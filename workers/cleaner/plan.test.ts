import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  encodeFlush,
  encodeHeartbeat,
  encodeInvalidation,
  type EncodedMessage,
} from '../../contract/messages.ts';
import { cachedResource } from '../../contract/resources.ts';
import type { IncomingMessage } from '../../platform/clients/kafka-consumer.ts';
import { planBatch } from './plan.ts';

const city = cachedResource('city');
const origin = { id: '1', committedAtMs: 1 };
const heartbeat = { atMs: 1, partitionCount: 3, incarnation: 'one', bypass: false };

/** Messages at consecutive offsets from 20 on, unless a message names its own. */
function batch(...messages: (EncodedMessage & { offset?: bigint })[]): IncomingMessage[] {
  return messages.map(({ key, value, headers, offset }, index) => ({
    offset: offset ?? 20n + BigInt(index),
    key,
    value: Buffer.from(value),
    headers,
  }));
}

const invalidation = (code: string) => encodeInvalidation(code, origin);
const garbage: EncodedMessage = { key: 'BGR', value: 'not json', headers: {} };

test('each entry is named once, however often it was invalidated', () => {
  const messages = batch(invalidation('BGR'), invalidation('ROU'), invalidation('BGR'));
  assert.deepEqual(planBatch(city, messages), {
    continues: '20',
    next: '23',
    keys: ['cities_BGR', 'cities_ROU'],
    flushes: false,
    heartbeats: [],
    unreadable: [],
  });
});

test('a batch goes from its first offset to one past its last, whatever lies between', () => {
  const messages = batch(
    { ...invalidation('BGR'), offset: 9_007_199_254_740_993n },
    { ...invalidation('ROU'), offset: 9_007_199_254_740_999n },
  );
  const { continues, next } = planBatch(city, messages);
  assert.deepEqual([continues, next], ['9007199254740993', '9007199254741000']);
});

test('a flush is asked for beside the entries that are named', () => {
  const { flushes, keys } = planBatch(city, batch(invalidation('BGR'), encodeFlush(origin)));
  assert.equal(flushes, true);
  assert.deepEqual(keys, ['cities_BGR']);
});

test('heartbeats are kept in their order', () => {
  const beats = [heartbeat, { ...heartbeat, bypass: true }, { ...heartbeat, atMs: 3 }];
  const { heartbeats, flushes } = planBatch(city, batch(...beats.map(encodeHeartbeat)));
  assert.deepEqual(heartbeats, beats);
  assert.equal(flushes, false);
});

test('what can not be read is set aside with its reason, and everything must go', () => {
  const messages = batch(invalidation('BGR'), garbage, invalidation('ROU'));
  const plan = planBatch(city, messages);
  assert.deepEqual(
    plan.unreadable.map(({ message }) => message),
    [messages[1]],
  );
  assert.match(plan.unreadable[0]?.reason ?? '', /not a JSON object/);
  assert.equal(plan.flushes, true);
  assert.deepEqual(plan.keys, ['cities_BGR', 'cities_ROU']);
  assert.equal(plan.next, '23');
});

test('an action of a later version costs a flush, and does not stop what follows', () => {
  const unknown = { key: '*', value: '{"action":"explode","code":"*"}', headers: {} };
  const plan = planBatch(city, batch(unknown, encodeHeartbeat(heartbeat)));
  assert.equal(plan.flushes, true);
  assert.equal(plan.unreadable.length, 1);
  assert.equal(plan.heartbeats.length, 1);
});

test('there is no plan for nothing', () => {
  assert.throws(() => planBatch(city, []), RangeError);
});
