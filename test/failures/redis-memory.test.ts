// A Redis without memory: it evicts whatever it likes, leases and positions too, or takes no writes
// while it still deletes. Readers get misses or answers from Postgres, never an old entry.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { type MovingRedis, startMovingRedis } from '../support/moving-redis.ts';
import { startOwnRedis } from '../support/own-redis.ts';
import { installReadGate, type ReadGate } from '../support/read-gate.ts';
import type { Answer } from '../support/pipeline.ts';
import { suiteScope } from '../support/scope.ts';

const codes = Array.from({ length: 26 }, (_, index) => `X${String.fromCharCode(65 + index)}X`);

describe('a Redis without memory', () => {
  const scope = suiteScope();
  let installation: MovingRedis;
  let gate: ReadGate;

  before(async () => {
    installation = await startMovingRedis(scope, await startOwnRedis(scope));
    const { pipeline } = installation;
    gate = await installReadGate(pipeline.database);
    await pipeline.sql(`
      insert into city (name, countrycode, population)
      select 'Town', code, 1 from unnest('{${codes.join()}}'::text[]) as code`);
    await installation.assertHealed();
  });

  async function configure(policy: string, maxMemory: string): Promise<void> {
    const settings = ['maxmemory-policy', policy, 'maxmemory', maxMemory];
    await installation.pipeline.redis.command('CONFIG', 'SET', ...settings);
  }

  async function info(section: string, field: string): Promise<number> {
    const text = await installation.pipeline.redis.command<string>('INFO', section);
    return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(text)?.[1]);
  }

  /** Redis may keep nothing at all: whatever is stored is evicted at once. */
  async function evictEverything(): Promise<void> {
    await configure('allkeys-lru', '1');
    await eventually(
      async () => (await installation.pipeline.redis.command('DBSIZE')) === 0 || undefined,
      { what: 'everything to be evicted', timeoutMs: 60_000 },
    );
  }

  async function giveMemoryBack(): Promise<void> {
    await configure('noeviction', '0');
    await installation.assertHealed();
  }

  test('evicts entries and positions: reads go to Postgres until it was flushed', async () => {
    const { applying } = installation;
    await installation.warm();
    const since = applying.logs.length;
    await evictEverything();
    await installation.assertBypassed('position');
    await configure('noeviction', '0');
    await installation.assertFlushedAndTrusted(since);
  });

  test('evicts a lease: the fill is refused', async () => {
    const { pipeline } = installation;
    const early = pipeline.startApi({
      DATABASE_URL: gate.url,
      REDIS_URL: pipeline.redis.url,
      LEASE_MS: '60000',
    });
    await pipeline.waitUntilTrusted();
    // Where the witness reads, a load at the gate would keep its own entry leased for a minute.
    pipeline.apis.splice(pipeline.apis.indexOf(early), 1);
    await gate.close();
    const reading = fetch(`${await early.url()}/cities/XAX`);
    await gate.waitForHeldReads(1);
    const held = async () => await pipeline.entry('cities_XAX');
    assert.match((await held()) ?? '', /^L/, 'the load runs under a lease');
    await evictEverything();
    await pipeline.sql(`update city set population = 2 where countrycode = 'XAX'`);
    await giveMemoryBack();
    await gate.open();
    const { data } = (await (await reading).json()) as Answer;
    assert.deepEqual(data, [{ name: 'Town', population: 1 }]);
    assert.equal(await held(), null, 'nothing was stored');
    await early.stop();
  });

  test('evicts all the time: never an old answer', async () => {
    const { pipeline, witness } = installation;
    const before = await info('stats', 'evicted_keys');
    await configure('allkeys-lru', String((await info('memory', 'used_memory')) + 300_000));
    const filler = 'x'.repeat(20_000);
    let round = 0;
    await eventually(
      async () => {
        round += 1;
        for (let key = 0; key < 20; key += 1) {
          const name = `filler_${round}_${key}`;
          await pipeline.redis.command('SET', name, filler, 'EX', '60').catch(() => undefined);
        }
        await Promise.all(codes.map((code) => pipeline.get(`/cities/${code}`)));
        await witness.write();
        return (await info('stats', 'evicted_keys')) - before > 200 || undefined;
      },
      { what: '200 evictions', timeoutMs: 60_000 },
    );
    witness.assertNothingOld();
    await giveMemoryBack();
  });

  test('takes no position, though it would delete: bypass until there is memory', async () => {
    const { applying } = installation;
    await installation.warm();
    const since = applying.logs.length;
    await configure('noeviction', '1');
    await installation.witness.write();
    const blocked = await applying.waitForEvent('cleaner.blocked', { since, timeoutMs: 60_000 });
    assert.match(blocked.msg, /OOM/);
    await installation.assertBypassed('lag');
    await giveMemoryBack();
  });

  test('and no process had to be started again', () => {
    installation.assertNoneEnded();
  });
});
