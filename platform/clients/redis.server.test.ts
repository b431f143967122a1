import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { eventually } from '../../test/support/eventually.ts';
import { createRedisDatabase } from '../../test/support/redis.ts';
import { reverseScope } from '../../test/support/scope.ts';
import { startTcpProxy } from '../../test/support/tcp-proxy.ts';
import { TransientError } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { Secret } from '../secret.ts';
import { RedisConnection } from './redis.ts';

const longMs = 60_000;

/** A connection through a network that can fail, and the same database seen from outside. */
async function prepare(t: TestContext, { deadlineMs = longMs, tracking = false } = {}) {
  const scope = reverseScope(t);
  const { url, command } = await createRedisDatabase(scope);
  const proxy = await startTcpProxy(scope, url);
  const name = `test-${randomUUID()}`;
  const logger = createLogger({ process: 'test', level: 'silent' });
  const events: string[] = [];
  const write = ({ event }: { event: string }) => void events.push(event);
  t.mock.method(logger, 'child', () => ({ info: write, warn: write }));
  const address = new Secret(proxy.through(url));
  const redis = new RedisConnection({ url: address, name, deadlineMs, logger, tracking });
  scope.after(() => redis.stop());
  redis.start();
  await eventually(() => redis.isReady || undefined, { what: 'the connection' });
  return { redis, proxy, command, name, events };
}

async function waitForGeneration(redis: RedisConnection, generation: number): Promise<void> {
  await eventually(() => (redis.generation === generation && redis.isReady) || undefined, {
    what: `connection number ${generation}`,
  });
}

/** Ends the connection of that name, as an administrator would. */
async function kill(command: (...parts: string[]) => Promise<unknown>, name: string) {
  const clients = String(await command('CLIENT', 'LIST'));
  const id = new RegExp(`^id=(\\d+) .*name=${name} `, 'm').exec(clients)?.[1];
  assert.ok(id, 'the connection shows its name in CLIENT LIST');
  await command('CLIENT', 'KILL', 'ID', id);
}

test('commands pinned to a connection work until it is replaced, never after', async (t) => {
  const { redis, command, name } = await prepare(t);
  const pinned = redis.pin(longMs);
  await pinned('SET', 'key', 'before');
  await kill(command, name);
  await waitForGeneration(redis, 2);
  await assert.rejects(pinned('SET', 'key', 'after'), { code: 'redis_reconnected' });
  assert.equal(await command('GET', 'key'), 'before');
  assert.equal(await redis.pin(longMs)('GET', 'key'), 'before');
});

test('commands that are pinned reject while the connection is lost', async (t) => {
  const { redis, proxy } = await prepare(t);
  const pinned = redis.pin(longMs);
  await proxy.cut();
  await eventually(() => !redis.isReady || undefined, { what: 'the loss' });
  await assert.rejects(pinned('PING'), { code: 'redis_reconnected' });
});

test('a command that was under way when the connection broke is not repeated', async (t) => {
  const { redis, command, name } = await prepare(t);
  const waiting = redis.command('BLPOP', 'list', '0');
  await eventually(
    async () => {
      const clients = String(await command('CLIENT', 'LIST'));
      return new RegExp(`name=${name} .*cmd=blpop`).exec(clients) ?? undefined;
    },
    { what: 'the command to be under way' },
  );
  await kill(command, name);
  await assert.rejects(waiting, (error) => error instanceof TransientError);
  await waitForGeneration(redis, 2);
  await command('RPUSH', 'list', 'value');
  assert.equal(await redis.command('LLEN', 'list'), 1, 'nobody has taken it');
});

test('a command does not wait for a Redis that is away, and is not sent later', async (t) => {
  const { redis, proxy, command } = await prepare(t);
  await proxy.cut();
  await eventually(() => !redis.isReady || undefined, { what: 'the loss' });
  await assert.rejects(redis.command('SET', 'key', 'late'), (error) => {
    return error instanceof TransientError;
  });
  await proxy.open();
  await waitForGeneration(redis, 2);
  assert.equal(await redis.command('PING'), 'PONG');
  assert.equal(await command('GET', 'key'), null);
});

test('a command without an answer is given up after its deadline, naming no values', async (t) => {
  const { redis, proxy } = await prepare(t, { deadlineMs: 50 });
  proxy.silence();
  await assert.rejects(redis.command('SET', 'key', 'hunter2'), {
    code: 'redis_deadline',
    message: 'Redis did not answer SET within 50 ms',
  });
  await assert.rejects(redis.commandWithin(20, 'GET', 'key'), { message: /GET within 20 ms/ });
});

test('a connection that fell silent is noticed, and made anew', async (t) => {
  const { redis, proxy, events } = await prepare(t, { deadlineMs: 50 });
  proxy.silence();
  await eventually(() => !redis.isReady || undefined, { what: 'the silence to be noticed' });
  await proxy.open();
  await waitForGeneration(redis, 2);
  assert.deepEqual(events, ['redis.connected', 'redis.away', 'redis.connected']);
});

test('a connection that fell silent is noticed also while commands go on', async (t) => {
  const { redis, proxy, events } = await prepare(t, { deadlineMs: 50 });
  const greeting = proxy.bytesDown;
  await eventually(() => proxy.bytesDown > greeting || undefined, { what: 'a pong' });
  proxy.silence();
  proxy.forget();
  await eventually(
    async () => (await redis.command<string>('PING').catch(() => undefined)) && redis.generation,
    { what: 'an answer on another connection', timeoutMs: 60_000 },
  );
  assert.deepEqual(events, ['redis.connected', 'redis.away', 'redis.connected']);
});

test('a connection on which every ping is answered is kept', async (t) => {
  const { proxy } = await prepare(t);
  const sixPongs = proxy.bytesDown + 6 * '+PONG\r\n'.length;
  await eventually(() => proxy.countLinksAbove(sixPongs - 1) === 1 || undefined, {
    what: 'six pongs on one connection',
    timeoutMs: 60_000,
  });
});

test('an outage is complained of once, however long it lasts, and its end is told', async (t) => {
  const { redis, proxy, events } = await prepare(t);
  for (const generation of [2, 3]) {
    await proxy.cut();
    await eventually(() => !redis.isReady || undefined, { what: 'the loss' });
    await proxy.open();
    await waitForGeneration(redis, generation);
  }
  const outage = ['redis.away', 'redis.connected'];
  assert.deepEqual(events, ['redis.connected', ...outage, ...outage]);
});

test('what Redis refuses is tried again by the caller, and names no values', async (t) => {
  const { redis } = await prepare(t);
  await redis.command('SET', 'key', 'hunter2');
  await assert.rejects(redis.command('HGETALL', 'key'), (error) => {
    assert.ok(error instanceof TransientError);
    assert.equal(error.code, 'redis_failed');
    assert.match(error.message, /WRONGTYPE/);
    assert.doesNotMatch(error.message, /hunter2/);
    return true;
  });
});

/** What that connection is told, in order. */
function listen(redis: RedisConnection): (string | null)[] {
  const told: (string | null)[] = [];
  redis.onInvalidated((key) => told.push(key));
  return told;
}

test('tells once of a key that was read and has changed, on every connection anew', async (t) => {
  const { redis, proxy, command } = await prepare(t, { tracking: true });
  const told = listen(redis);
  for (const generation of [1, 2]) {
    await redis.command('GET', 'key');
    await command('SET', 'key', '1');
    await command('SET', 'key', '2');
    await redis.command('GET', 'sentinel');
    await command('SET', 'sentinel', '1');
    await eventually(() => told.includes('sentinel') || undefined, { what: 'the sentinel' });
    assert.deepEqual(told.splice(0), ['key', 'sentinel']);
    if (generation === 1) {
      await proxy.cut();
      await proxy.open();
      await waitForGeneration(redis, 2);
    }
  }
});

test('tells of a change before the caller who got the answer behind it goes on', async (t) => {
  const { redis, command } = await prepare(t, { tracking: true });
  const told = listen(redis);
  await redis.command('GET', 'key');
  const [, seen] = await Promise.all([
    command('SET', 'key', '1'),
    eventually(
      async () => {
        const value = await redis.command('GET', 'key');
        return value === null ? undefined : [...told];
      },
      { what: 'the new value' },
    ),
  ]);
  assert.deepEqual(seen, ['key']);
});

test('tells that anything may have changed when everything was flushed', async (t) => {
  const { redis, command } = await prepare(t, { tracking: true });
  const told = listen(redis);
  await redis.command('GET', 'key');
  await command('FLUSHDB');
  await eventually(() => told.includes(null) || undefined, { what: 'the flush to be told' });
});

test('says when the connection breaks, and again before any command of the next', async (t) => {
  const { redis, proxy } = await prepare(t);
  const states: boolean[] = [];
  redis.onBreak(() => states.push(redis.isReady));
  await proxy.cut();
  await eventually(() => states.length > 0 || undefined, { what: 'the loss' });
  assert.equal(states.includes(true), false);
  await proxy.open();
  await waitForGeneration(redis, 2);
  assert.equal(states.at(-1), true);
});

test('a Redis that refuses to tell what changes is used, and that is said', async (t) => {
  const scope = reverseScope(t);
  const { url, command } = await createRedisDatabase(scope);
  const user = `untracked-${randomUUID()}`;
  await command('ACL', 'SETUSER', user, 'on', '>secret', '~*', '+@all', '-client|tracking');
  scope.after(async () => void (await command('ACL', 'DELUSER', user)));
  const address = new URL(url);
  address.username = user;
  address.password = 'secret';
  const logger = createLogger({ process: 'test', level: 'silent' });
  const events: string[] = [];
  const write = ({ event }: { event: string }) => void events.push(event);
  t.mock.method(logger, 'child', () => ({ info: write, warn: write }));
  const redis = new RedisConnection({
    url: new Secret(address.href),
    name: 'test',
    deadlineMs: longMs,
    logger,
    tracking: true,
  });
  scope.after(() => redis.stop());
  redis.start();
  await eventually(() => redis.isReady || undefined, { what: 'the connection' });
  assert.equal(await redis.command('PING'), 'PONG');
  assert.deepEqual(events, ['redis.tracking_refused', 'redis.connected']);
});

test('stopping may be repeated, also before the start, and ends the attempts', async (t) => {
  const { redis } = await prepare(t);
  redis.stop();
  redis.stop();
  assert.equal(redis.isReady, false);
  await assert.rejects(redis.command('PING'), (error) => error instanceof TransientError);
  const logger = createLogger({ process: 'test', level: 'silent' });
  const url = new Secret('redis://127.0.0.1:1');
  new RedisConnection({ url, name: 'test', deadlineMs: 50, logger }).stop();
});
