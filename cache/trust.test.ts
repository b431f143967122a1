// What a new connection to Redis means for what is known: nothing, until it was polled.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { cachedResource } from '../contract/resources.ts';
import { createLogger } from '../platform/logger.ts';
import { eventually } from '../test/support/eventually.ts';
import { HeldCalls } from '../test/support/held-calls.ts';
import { Trust } from './trust.ts';

const heartbeat = { atMs: 0, partitionCount: 1, incarnation: 'one', bypass: false };

/** Polls that end when the test says so; the clocks agree, and the heartbeat is always fresh. */
async function prepare(t: TestContext) {
  const polls = new HeldCalls<string[], unknown>();
  let reconnected = (): void => undefined;
  const connection = { generation: 1 };
  const trust = new Trust({
    redis: {
      command: async <Reply>(...parts: string[]) => (await polls.call(...parts)) as Reply,
      get generation() {
        return connection.generation;
      },
      onReconnect: (listener) => {
        reconnected = listener;
      },
    },
    database: {
      latest: { clockOffsetMs: 1_000_000, incarnation: 'one' },
      read: async () => undefined,
      reconnect: () => undefined,
    },
    topicNamespace: '',
    boundMs: 60_000,
    logger: createLogger({ process: 'test', level: 'silent' }),
  });
  await trust.start();
  let polled = 0;
  async function answerPoll(): Promise<void> {
    const poll = await polls.nth(polled);
    polled += 1;
    const atMs = Math.floor(performance.now() + 1_000_000) - 1;
    const position = JSON.stringify({ next: '1', heartbeat: { ...heartbeat, atMs } });
    poll.succeed({ 'city_updates/0': position });
    // The poll after it is sent only when this one has been judged.
    await polls.nth(polled);
  }
  t.after(async () => {
    const stopped = trust.stop();
    (await polls.nth(polled)).succeed({});
    await stopped;
  });
  const city = trust.of(cachedResource('city'));
  return {
    city,
    answerPoll,
    reconnect: () => {
      connection.generation += 1;
      reconnected();
    },
    underWay: () => polls.nth(polled),
  };
}

test('nothing is trusted before the first poll, all is after it', async (t) => {
  const { city, answerPoll } = await prepare(t);
  assert.equal(city.reason, 'redis');
  assert.ok(city.trustedUntilMs < performance.now());
  await answerPoll();
  assert.ok(Number.isFinite(city.trustedUntilMs), 'trusted until some moment');
});

test('a new connection is not trusted before it was polled', async (t) => {
  const { city, answerPoll, reconnect } = await prepare(t);
  await answerPoll();
  await answerPoll();
  reconnect();
  assert.equal(city.trustedUntilMs, Number.NEGATIVE_INFINITY);
  assert.equal(city.reason, 'redis');
});

test('a poll that began on the connection before says nothing', async (t) => {
  const { city, answerPoll, reconnect, underWay } = await prepare(t);
  await answerPoll();
  await underWay();
  reconnect();
  await answerPoll();
  assert.equal(city.trustedUntilMs, Number.NEGATIVE_INFINITY);
  await answerPoll();
  await eventually(() => Number.isFinite(city.trustedUntilMs) || undefined, {
    what: 'trust after a poll of its own',
  });
});

test('says since when it has been trusted without a break', async (t) => {
  const { city, answerPoll, reconnect } = await prepare(t);
  const beforeMs = performance.now();
  await answerPoll();
  const sinceMs = city.trustedSinceMs;
  assert.ok(sinceMs >= beforeMs && sinceMs <= performance.now());
  reconnect();
  const reconnectedMs = performance.now();
  // The poll that was under way belongs to the connection before.
  await answerPoll();
  await answerPoll();
  assert.ok(city.trustedSinceMs >= reconnectedMs, 'a break, however short, begins anew');
});
