// Reads that are answered from the memory of the process, on a real Redis that tells of changes.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Registry } from 'prom-client';
import { cachedResource } from '../contract/resources.ts';
import { RedisConnection } from '../platform/clients/redis.ts';
import { createLogger } from '../platform/logger.ts';
import { Secret } from '../platform/secret.ts';
import { eventually } from '../test/support/eventually.ts';
import { HeldCalls } from '../test/support/held-calls.ts';
import type { TestScope } from '../test/support/processes.ts';
import { createRedisDatabase } from '../test/support/redis.ts';
import { reverseScope } from '../test/support/scope.ts';
import { startTcpProxy } from '../test/support/tcp-proxy.ts';
import { trusting } from '../test/support/trusting.ts';
import { EntryReader } from './entry-reader.ts';
import { EntryStore } from './entry-store.ts';
import { LocalEntries } from './local-entries.ts';
import { createCacheMetrics } from './metrics.ts';
import { readPositions } from './position.ts';
import { Tracking } from './tracking.ts';

const key = 'cities_BGR';
const longMs = 60_000;

const logger = createLogger({ process: 'test', level: 'silent' });

/** The memory of one process, and the proof that it is told of changes. */
async function startProcessMemory(scope: TestScope, url: string) {
  const address = new Secret(url);
  const redis = new RedisConnection({
    url: address,
    name: 'test',
    deadlineMs: longMs,
    logger,
    tracking: true,
  });
  const tracking = new Tracking({ redis, logger });
  const entries = new LocalEntries({ tracking, entriesMax: 1000, bytesMax: 10_000_000 });
  redis.start();
  scope.after(() => redis.stop());

  async function poll(): Promise<void> {
    const toldBefore = tracking.told;
    tracking.polled(toldBefore, await readPositions((...parts) => redis.command(...parts)));
  }

  /** Polls, and moves the positions as a cleaner does, until changes are seen to be told. */
  async function prove(command: <Reply>(...parts: string[]) => Promise<Reply>): Promise<void> {
    let next = 0;
    await eventually(
      async () => {
        next += 1;
        const position = JSON.stringify({ next: String(next), heartbeat: null });
        await command('HSET', 'cache_position', 'city_updates/0', position);
        await poll().catch(() => undefined);
        return tracking.isProven || undefined;
      },
      { what: 'Redis to tell of a change' },
    );
  }

  await eventually(() => redis.isReady || undefined, { what: 'the connection' });
  return { redis, memory: { tracking, entries }, prove };
}

async function prepare(t: TestContext) {
  const scope = reverseScope(t);
  const { url, command } = await createRedisDatabase(scope);
  const proxy = await startTcpProxy(scope, url);
  const { redis, memory, prove } = await startProcessMemory(scope, proxy.through(url));
  const loads = new HeldCalls<[code: string], string>();
  const store = new EntryStore({ redis, leaseMs: longMs });
  const trust = { ...trusting.trust };
  const reader = new EntryReader({
    ...trusting,
    resource: cachedResource('city'),
    store,
    load: async (code: string) => ({ text: await loads.call(code), incarnation: 'one' }),
    trust,
    ttlSeconds: 320,
    leaseWaitMs: longMs,
    memory,
    metrics: createCacheMetrics(new Registry()),
  });
  await prove(command);
  const read = async () => {
    const { source, text, status } = await reader.read('BGR');
    return `${source} ${text} ${/detail=memory/.test(status) ? 'from memory' : ''}`.trim();
  };
  return { proxy, redis, command, memory, prove, loads, store, trust, reader, read };
}

test('the second read of an entry comes from memory, without a question to Redis', async (t) => {
  const { command, store, read } = await prepare(t);
  await command('SET', key, '[1]', 'PX', '60000');
  assert.equal(await read(), 'cache [1]');
  const look = t.mock.method(store, 'look');
  assert.equal(await read(), 'cache [1] from memory');
  assert.equal(look.mock.callCount(), 0);
});

for (const [what, parts] of [
  ['a DEL', ['DEL', key]],
  ['another value', ['SET', key, '[2]', 'PX', '60000']],
  ['its end of life', ['PEXPIRE', key, '1']],
  ['a flush of all', ['FLUSHDB']],
] as const) {
  test(`a copy goes with ${what} in Redis`, async (t) => {
    const { reader, command, read } = await prepare(t);
    await command('SET', key, '[1]', 'PX', '60000');
    await read();
    assert.ok(reader.peek('BGR'));
    await command(...parts);
    await eventually(() => reader.peek('BGR') === undefined || undefined, { what: 'its end' });
  });
}

test('what this process has stored itself is kept only once Redis has shown it', async (t) => {
  const { loads, reader, read } = await prepare(t);
  const missed = read();
  (await loads.nth(0)).succeed('[1]');
  assert.equal(await missed, 'database [1]');
  assert.equal(reader.peek('BGR'), undefined, 'Redis does not track what one writes');
  assert.equal(await read(), 'cache [1]');
  assert.equal(await read(), 'cache [1] from memory');
});

test('a value that came as the answer to the question for a lease is not kept', async (t) => {
  const { command, store, reader, read } = await prepare(t);
  const look = t.mock.method(store, 'look');
  look.mock.mockImplementationOnce(async () => {
    await command('SET', key, '[1]', 'PX', '60000');
    return null;
  });
  assert.equal(await read(), 'cache [1]');
  assert.equal(reader.peek('BGR'), undefined, 'Redis does not track what SET has shown');
});

test('an answer is not kept when the change is told in the same breath', async (t) => {
  const { command, store, memory, reader, read } = await prepare(t);
  await command('SET', key, '[1]', 'PX', '60000');
  const look = t.mock.method(store, 'look');
  look.mock.mockImplementationOnce(async (asked: string) => {
    const text = await EntryStore.prototype.look.call(store, asked);
    const told = memory.tracking.watch(asked);
    await command('DEL', key);
    await told.changed(longMs);
    return text;
  });
  assert.equal(await read(), 'cache [1]');
  assert.equal(reader.peek('BGR'), undefined);
});

test('a copy is not used while the cache is not trusted', async (t) => {
  const { command, loads, trust, reader, read } = await prepare(t);
  await command('SET', key, '[1]', 'PX', '60000');
  await read();
  trust.trustedUntilMs = Number.NEGATIVE_INFINITY;
  assert.equal(reader.peek('BGR'), undefined);
  const bypassing = read();
  (await loads.nth(0)).succeed('[2]');
  assert.equal(await bypassing, 'database [2]');
});

test('all copies go with the connection, and come back once changes are told again', async (t) => {
  const { proxy, redis, command, prove, reader, read } = await prepare(t);
  await command('SET', key, '[1]', 'PX', '60000');
  await read();
  await proxy.cut();
  await eventually(() => !redis.isReady || undefined, { what: 'the loss' });
  assert.equal(reader.peek('BGR'), undefined);
  await proxy.open();
  await eventually(() => redis.isReady || undefined, { what: 'the connection' });
  await read();
  assert.equal(reader.peek('BGR'), undefined, 'not before a change was told');
  await prove(command);
  await read();
  assert.equal(await read(), 'cache [1] from memory');
});

test('who waits for another process is woken by what that one has stored', async (t) => {
  const { command, loads, store, read } = await prepare(t);
  await command('SET', key, 'Lelsewhere', 'PX', '60000');
  // Untold, he would look again only after half a minute.
  const pollTimers = t.mock.method(Math, 'random', () => 750);
  const looks = t.mock.method(store, 'look');
  let answer: string | undefined;
  const waiting = read().then((text) => void (answer = text));
  await eventually(() => looks.mock.callCount() === 1 || undefined, { what: 'the first look' });
  await looks.mock.calls[0]?.result;
  await command('SET', key, '[1]', 'PX', '60000');
  await eventually(() => answer, { what: 'the answer' });
  assert.equal(answer, 'cache [1]');
  assert.equal(looks.mock.callCount(), 2);
  assert.equal(loads.begun.length, 0);
  pollTimers.mock.restore();
  await waiting;
});
