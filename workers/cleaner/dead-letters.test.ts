import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { OutgoingMessage, Publisher } from '../../platform/clients/kafka-publisher.ts';
import { TransientError } from '../../platform/errors.ts';
import { createLogger } from '../../platform/logger.ts';
import { DeadLetters } from './dead-letters.ts';

const source = { topic: 'city_updates', partition: 2 };

/** Dead letters whose publisher refuses as many sends as the test says. */
function prepare(t: TestContext, refusals = 0) {
  const sent: { topic: string; messages: readonly OutgoingMessage[] }[] = [];
  const logged: Record<string, unknown>[] = [];
  const state = { refusals, attempts: 0, atOnce: 0, mostAtOnce: 0, disconnected: false };
  const publisher = {
    send: async (topic: string, messages: readonly OutgoingMessage[]) => {
      state.attempts += 1;
      state.atOnce += 1;
      state.mostAtOnce = Math.max(state.mostAtOnce, state.atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      state.atOnce -= 1;
      if (state.attempts <= state.refusals) {
        throw new TransientError('kafka_unknown_topic', 'no such topic');
      }
      sent.push({ topic, messages });
      return [];
    },
    disconnect: async () => void (state.disconnected = true),
  };
  const logger = createLogger({ process: 'test', level: 'silent' });
  const write = (line: object, msg: string) => void logged.push({ ...line, msg });
  t.mock.method(logger, 'child', () => ({ warn: write, error: write }));
  const letters = new DeadLetters({ publisher: publisher as unknown as Publisher, logger });
  return { letters, sent, logged, state };
}

function letter(value: Buffer | null, key: string | null = 'BGR') {
  return { message: { offset: 41n, key, value, headers: {} }, reason: 'no JSON' };
}

test('a letter is kept as it was, with its place and the reason', async (t) => {
  const { letters, sent, logged } = prepare(t);
  await letters.setAside(source, [letter(Buffer.from('what?')), letter(null, null)]);
  const headers = { reason: 'no JSON', topic: 'city_updates', partition: '2', offset: '41' };
  assert.deepEqual(sent, [
    {
      topic: 'city_updates.dead',
      messages: [
        { key: 'BGR', value: 'what?', headers },
        { key: '', value: '', headers },
      ],
    },
  ]);
  assert.equal(logged.length, 2);
  assert.doesNotMatch(JSON.stringify(logged), /what\?/, 'its text is nothing for a log');
});

test('a huge one is kept cut short', async (t) => {
  const { letters, sent } = prepare(t);
  await letters.setAside(source, [letter(Buffer.alloc(50_000, 'x'))]);
  assert.equal(sent[0]?.messages[0]?.value, 'x'.repeat(10_000));
});

test('nothing to set aside is nothing to send', async (t) => {
  const { letters, state } = prepare(t);
  await letters.setAside(source, []);
  assert.equal(state.attempts, 0);
});

test('a send that fails is repeated', async (t) => {
  const { letters, sent, state } = prepare(t, 1);
  await letters.setAside(source, [letter(null)]);
  assert.equal(sent.length, 1);
  assert.equal(state.attempts, 2);
});

test('a topic that takes nothing holds nothing up for long', async (t) => {
  const { letters, sent, logged, state } = prepare(t, Number.POSITIVE_INFINITY);
  await letters.setAside(source, [letter(null)]);
  assert.deepEqual(sent, []);
  assert.equal(state.attempts, 3);
  assert.equal(logged.filter(({ event }) => event === 'dead_letters.failed').length, 3);
});

test('partitions that fail together send one after another', async (t) => {
  const { letters, sent, state } = prepare(t);
  await Promise.all([
    letters.setAside(source, [letter(null)]),
    letters.setAside({ ...source, partition: 1 }, [letter(null)]),
  ]);
  assert.equal(sent.length, 2);
  assert.equal(state.mostAtOnce, 1);
});

test('a stop waits for what is being sent', async (t) => {
  const { letters, sent, state } = prepare(t);
  const setting = letters.setAside(source, [letter(null)]);
  await letters.stop();
  assert.equal(sent.length, 1);
  assert.equal(state.disconnected, true);
  await setting;
});
