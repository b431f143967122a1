import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  encodeFlush,
  encodeHeartbeat,
  encodeInvalidation,
  type EncodedMessage,
  everyCode,
  parseMessage,
} from './messages.ts';
import { cachedResource } from './resources.ts';

const city = cachedResource('city');
const movie = cachedResource('movie');
const origin = { id: '17/BGR', committedAtMs: 1_700_000_000_123 };

const heartbeat = {
  atMs: 1_700_000_000_123,
  partitionCount: 3,
  incarnation: '9a1c6f0e-1111-4222-8333-444455556666',
  bypass: false,
};

function received({ value, headers }: Pick<EncodedMessage, 'value' | 'headers'>) {
  return { value: Buffer.from(value), headers };
}

function parseText(value: string | null, headers: Record<string, string> = {}) {
  return parseMessage(city, { value: value === null ? null : Buffer.from(value), headers });
}

describe('on the wire', () => {
  test('an invalidation is keyed by its code and is the same bytes for everybody', () => {
    assert.deepEqual(encodeInvalidation('BGR', origin), {
      key: 'BGR',
      value: '{"action":"invalidate_cache","code":"BGR"}',
      headers: { type: 'invalidate_cache', id: '17/BGR', 'committed-at': '1700000000123' },
    });
  });

  test('a flush goes to partition 0 alone', () => {
    assert.deepEqual(encodeFlush(origin), {
      key: everyCode,
      value: '{"action":"flush_cache","code":"*"}',
      headers: { type: 'flush_cache', id: '17/BGR', 'committed-at': '1700000000123' },
      partition: 0,
    });
  });

  test('a heartbeat carries what it proves in its headers, and no partition of its own', () => {
    assert.deepEqual(encodeHeartbeat({ ...heartbeat, bypass: true }), {
      key: '*',
      value: '{"action":"heartbeat","code":"*"}',
      headers: {
        type: 'heartbeat',
        at: '1700000000123',
        partitions: '3',
        incarnation: heartbeat.incarnation,
        bypass: '1',
      },
    });
  });
});

describe('understanding', () => {
  test('everything that is sent is understood as it was meant', () => {
    const invalidation = received(encodeInvalidation('BGR', origin));
    assert.deepEqual(parseMessage(city, invalidation), { action: 'invalidate_cache', code: 'BGR' });
    assert.deepEqual(parseMessage(city, received(encodeFlush(origin))), { action: 'flush_cache' });
    for (const bypass of [true, false]) {
      const sent = { ...heartbeat, bypass };
      const parsed = parseMessage(city, received(encodeHeartbeat(sent)));
      assert.deepEqual(parsed, { action: 'heartbeat', heartbeat: sent });
    }
  });

  test('an invalidation of another program needs no headers and may spell as it likes', () => {
    const foreign = '{ "code": "bgr", "sender": "crm", "action": "invalidate_cache" }';
    assert.deepEqual(parseText(foreign), { action: 'invalidate_cache', code: 'BGR' });
    const code = '6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d9999';
    const shouted = received(encodeInvalidation(code.toUpperCase(), origin));
    assert.deepEqual(parseMessage(movie, shouted), { action: 'invalidate_cache', code });
  });

  const unreadable: [title: string, value: string | null, reason: RegExp][] = [
    ['no value', null, /not a JSON object/],
    ['an empty value', '', /not a JSON object/],
    ['no JSON', 'BGR', /not a JSON object/],
    ['JSON null', 'null', /not a JSON object/],
    ['a JSON array', '["invalidate_cache","BGR"]', /not a JSON object/],
    ['no code', '{"action":"flush_cache"}', /not a JSON object/],
    ['a code that is no text', '{"action":"invalidate_cache","code":7}', /not a JSON object/],
    ['a code of nothing', '{"action":"invalidate_cache","code":"B1"}', /not a code of city/],
    ['every code at once', '{"action":"invalidate_cache","code":"*"}', /not a code of city/],
    ['an action of the future', '{"action":"explode","code":"BGR"}', /does not know/],
    ['an action all objects have', '{"action":"toString","code":"BGR"}', /does not know/],
  ];
  for (const [title, value, reason] of unreadable) {
    test(`${title} can not be read, and the reason is a sentence without the value`, () => {
      const parsed = parseText(value);
      assert.ok('unreadable' in parsed);
      assert.match(parsed.unreadable, reason);
      assert.doesNotMatch(parsed.unreadable, /BGR|B1|explode/);
    });
  }

  const complete = encodeHeartbeat(heartbeat);
  const broken: Record<string, string>[] = [
    { at: 'yesterday' },
    { at: '1.5' },
    { partitions: '0' },
    { partitions: '-3' },
    { partitions: 'many' },
    { bypass: 'true' },
    { bypass: '' },
  ];
  for (const headers of broken) {
    test(`a heartbeat with ${JSON.stringify(headers)} vouches for nothing`, () => {
      const parsed = parseText(complete.value, { ...complete.headers, ...headers });
      assert.ok('unreadable' in parsed);
    });
  }

  for (const name of ['at', 'partitions', 'incarnation', 'bypass']) {
    test(`a heartbeat without its header ${name} vouches for nothing`, () => {
      const { [name]: _, ...headers } = complete.headers;
      assert.ok('unreadable' in parseText(complete.value, headers));
    });
  }
});
