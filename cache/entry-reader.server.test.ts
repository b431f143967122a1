import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Registry } from 'prom-client';
import { cachedResource } from '../contract/resources.ts';
import { RedisConnection } from '../platform/clients/redis.ts';
import { createLogger } from '../platform/logger.ts';
import { Secret } from '../platform/secret.ts';
import { eventually } from '../test/support/eventually.ts';
import { HeldCalls } from '../test/support/held-calls.ts';
import { createRedisDatabase } from '../test/support/redis.ts';
import { reverseScope } from '../test/support/scope.ts';
import { EntryReader } from './entry-reader.ts';
import { EntryStore } from './entry-store.ts';
import type { Loaded } from './guarded-load.ts';
import { newLease } from './lease.ts';
import { createCacheMetrics } from './metrics.ts';
import { RecentAnswers } from './recent-answers.ts';
import { sourced, trusting } from '../test/support/trusting.ts';

const resource = cachedResource('city');
const key = 'cities_BGR';
const ttlSeconds = 320;
const longMs = 60_000;

interface ReaderParts {
  load: (code: string) => Promise<Loaded>;
  leaseWaitMs?: number;
  onLease?: () => void;
}

class WatchedStore extends EntryStore {
  onLease: () => void = () => undefined;
  looks = 0;

  override async look(key: string): Promise<string | null> {
    this.looks += 1;
    return await super.look(key);
  }

  override async takeLease(key: string, lease: string): Promise<string | null> {
    const held = await super.takeLease(key, lease);
    this.onLease();
    return held;
  }
}

/** A reader of cities on a Redis of its own. */
async function prepareReader(t: TestContext, parts: ReaderParts) {
  const scope = reverseScope(t);
  const { url, command } = await createRedisDatabase(scope);
  const logger = createLogger({ process: 'test', level: 'silent' });
  const redis = new RedisConnection({
    url: new Secret(url),
    name: 'test',
    deadlineMs: longMs,
    logger,
  });
  redis.start();
  scope.after(() => redis.stop());
  await eventually(() => redis.isReady || undefined, { what: 'the connection' });
  const store = new WatchedStore({ redis, leaseMs: longMs });
  store.onLease = parts.onLease ?? store.onLease;
  const metrics = createCacheMetrics(new Registry());
  const trust = { ...trusting.trust };
  const recent = new RecentAnswers();
  const reader = new EntryReader({
    resource,
    store,
    recent,
    load: parts.load,
    ...trusting,
    trust,
    ttlSeconds,
    leaseWaitMs: parts.leaseWaitMs ?? longMs,
    metrics,
  });
  const distrust = () => void (trust.trustedUntilMs = Number.NEGATIVE_INFINITY);
  return { reader, command, metrics, distrust, recent, looks: () => store.looks };
}

/** A reader whose loads end when the test says so, and its Redis seen from outside. */
async function prepare(t: TestContext, { leaseWaitMs = longMs } = {}) {
  const loads = new HeldCalls<[code: string], string>();
  const load = async (code: string) => ({ text: await loads.call(code), incarnation: 'one' });
  const { reader, command, metrics, distrust } = await prepareReader(t, { load, leaseWaitMs });
  return {
    loads,
    command,
    distrust,
    read: async (code = 'BGR') => sourced(await reader.read(code)),
    entry: () => command<string | null>('GET', key),
    fills: async (outcome: string) => {
      const { values } = await metrics.fills.get();
      return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
    },
  };
}

test('a miss is loaded and stored, and the next read is a hit', async (t) => {
  const { read, loads, entry, fills } = await prepare(t);
  const missed = read();
  const load = await loads.nth(0);
  assert.deepEqual(load.args, ['BGR']);
  load.succeed('[{"name":"Dobric"}]');
  assert.deepEqual(await missed, { source: 'database', text: '[{"name":"Dobric"}]' });
  assert.equal(await entry(), '[{"name":"Dobric"}]', 'a person sees the value itself');
  assert.deepEqual(await read(), { source: 'cache', text: '[{"name":"Dobric"}]' });
  assert.equal(loads.begun.length, 1);
  assert.equal(await fills('stored'), 1);
});

test('a row is read only after its lease was granted', async (t) => {
  const order: string[] = [];
  const { reader } = await prepareReader(t, {
    onLease: () => order.push('lease granted'),
    load: async () => {
      order.push('row read');
      return { text: '[1]', incarnation: 'one' };
    },
  });
  await reader.read('BGR');
  assert.deepEqual(order, ['lease granted', 'row read']);
});

test('entries live for their time or up to a tenth less, never longer', async (t) => {
  const { read, loads, command } = await prepare(t);
  const codes = Array.from({ length: 20 }, (_, index) => `AB${String.fromCharCode(65 + index)}`);
  const lives: number[] = [];
  for (const [index, code] of codes.entries()) {
    const missed = read(code);
    (await loads.nth(index)).succeed('[1]');
    await missed;
    lives.push(await command<number>('PTTL', `cities_${code}`));
  }
  assert.ok(Math.max(...lives) <= ttlSeconds * 1000, lives.join());
  assert.ok(Math.min(...lives) > 0.85 * ttlSeconds * 1000, lives.join());
  assert.ok(Math.max(...lives) - Math.min(...lives) > 1000, 'they do not expire together');
});

test('what is absent is kept for half a minute at most', async (t) => {
  const { read, loads, command, entry } = await prepare(t);
  const missed = read();
  (await loads.nth(0)).succeed('[]');
  await missed;
  assert.equal(await entry(), '[]');
  const lifeMs = await command<number>('PTTL', key);
  assert.ok(lifeMs > 0 && lifeMs <= 30_000, `${lifeMs}`);
});

test('a row read before a DEL is never stored after it', async (t) => {
  const { read, loads, command, entry, fills } = await prepare(t);
  const late = read();
  const load = await loads.nth(0);
  await command('DEL', key);
  load.succeed('[{"population":1}]');
  assert.equal((await late).text, '[{"population":1}]', 'its own reader began before the DEL');
  assert.equal(await entry(), null);
  assert.equal(await fills('refused'), 1);
  const next = read();
  (await loads.nth(1)).succeed('[{"population":2}]');
  assert.deepEqual(await next, { source: 'database', text: '[{"population":2}]' });
});

test('a reader joins the load whose lease it was shown, and no other', async (t) => {
  const { read, loads, command } = await prepare(t);
  const before = read();
  const oldLoad = await loads.nth(0);
  await command('DEL', key);
  const after = [read(), read(), read()];
  const newLoad = await loads.nth(1);
  newLoad.succeed('[2]');
  oldLoad.succeed('[1]');
  assert.deepEqual(await Promise.all(after), Array(3).fill({ source: 'database', text: '[2]' }));
  assert.equal((await before).text, '[1]');
  assert.equal(loads.begun.length, 2);
});

test('a load that fails is reported to its readers and stores nothing', async (t) => {
  const { read, loads, entry } = await prepare(t, { leaseWaitMs: 0 });
  const readers = [read(), read()];
  (await loads.nth(0)).fail(new Error('Postgres is away'));
  for (const reader of readers) {
    await assert.rejects(reader, { message: 'Postgres is away' });
  }
  assert.match((await entry()) ?? '', /^L/);
  const later = read();
  (await loads.nth(1)).succeed('[1]');
  assert.deepEqual(await later, { source: 'database', text: '[1]' });
});

test('who finds the lease of another process waits and takes what that one stored', async (t) => {
  const { read, loads, command } = await prepare(t);
  await command('SET', key, 'Lelsewhere', 'PX', '60000');
  const waiting = read();
  const elsewhere = read('ROU');
  (await loads.nth(0)).succeed('[3]');
  await elsewhere;
  await command('SET', key, '[1]', 'PX', '60000');
  assert.deepEqual(await waiting, { source: 'cache', text: '[1]' });
  assert.deepEqual(
    loads.begun.map(({ args }) => args),
    [['ROU']],
    'the other code was loaded meanwhile, this one never',
  );
});

test('who waits for another process loads and fills once that lease is void', async (t) => {
  const { read, loads, command, entry } = await prepare(t);
  await command('SET', key, 'Lelsewhere', 'PX', '60000');
  const waiting = read();
  await command('DEL', key);
  (await loads.nth(0)).succeed('[2]');
  assert.deepEqual(await waiting, { source: 'database', text: '[2]' });
  assert.equal(await entry(), '[2]');
});

test('who has waited long enough for another process loads, and stores nothing', async (t) => {
  const { read, loads, command, entry } = await prepare(t, { leaseWaitMs: 30 });
  await command('SET', key, 'Lelsewhere', 'PX', '60000');
  const waiting = read();
  (await loads.nth(0)).succeed('[1]');
  assert.deepEqual(await waiting, { source: 'database', text: '[1]' });
  assert.equal(await entry(), 'Lelsewhere');
});

test('who waits for another process stops looking when the cache is not trusted', async (t) => {
  const { read, loads, command, distrust } = await prepare(t);
  await command('SET', key, 'Lelsewhere', 'PX', '60000');
  const waiting = read();
  distrust();
  (await loads.nth(0)).succeed('[1]');
  assert.deepEqual(await waiting, { source: 'database', text: '[1]' });
});

test('who finds nothing takes no lease when the cache is not trusted any more', async (t) => {
  const { read, loads, entry, distrust } = await prepare(t);
  const reading = read();
  distrust();
  const load = await loads.nth(0);
  assert.equal(await entry(), null);
  load.succeed('[1]');
  assert.deepEqual(await reading, { source: 'database', text: '[1]' });
  assert.equal(await entry(), null);
});

test('readers who come at once share one question to Redis and what is made of it', async (t) => {
  const { reader, command, looks } = await prepareReader(t, { load: neverLoad });
  await command('SET', key, '[1]', 'PX', '60000');
  const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => reader.read('BGR')));
  assert.equal(looks(), 1);
  assert.ok(others.every((other) => other === first));
});

test('an entry is found without a load; what is not one, or may not be used, is not', async (t) => {
  const { reader, command, distrust } = await prepareReader(t, { load: neverLoad });
  const find = async (code: string) => await reader.find?.(code);
  assert.equal(await find('BGR'), undefined);
  await command('SET', key, '[1]', 'PX', '60000');
  const found = await find('BGR');
  assert.deepEqual(found && sourced(found), { source: 'cache', text: '[1]' });
  assert.equal(await find('bgr'), undefined, 'not as entries are named');
  assert.equal(await find('B1'), undefined);
  await command('SET', key, newLease(), 'PX', '60000');
  assert.equal(await find('BGR'), undefined);
  await command('SET', key, '[1]', 'PX', '60000');
  distrust();
  assert.equal(await find('BGR'), undefined);
});

test('the same answer of Redis is finished once; of an absent row nothing is kept', async (t) => {
  const { reader, command, recent } = await prepareReader(t, { load: neverLoad });
  await command('SET', key, resource.absentText, 'PX', '60000');
  await reader.read('BGR');
  assert.equal(recent.bytes, 0);
  await command('SET', key, '[1]', 'PX', '60000');
  assert.equal(await reader.read('BGR'), await reader.read('BGR'));
});

test('who comes after a question was sent does not get its answer', async (t) => {
  const { reader, command, looks } = await prepareReader(t, { load: neverLoad });
  await command('SET', key, '[1]', 'PX', '60000');
  const early = reader.read('BGR');
  await new Promise(setImmediate);
  await command('SET', key, '[2]', 'PX', '60000');
  assert.equal((await reader.read('BGR')).text, '[2]');
  assert.equal(looks(), 2);
  await early;
});

async function neverLoad(): Promise<Loaded> {
  throw new Error('nothing is to be loaded');
}
