// The commands of `cinesync` against a whole installation: what operators see and do with it.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { settingsOf, type Typed, typeCinesync } from './support/cinesync.ts';
import { eventually } from './support/eventually.ts';
import { connectKafka } from './support/kafka.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { startProcess } from './support/processes.ts';
import { suiteScope } from './support/scope.ts';

describe('the command line', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let env: Record<string, string>;

  before(async () => {
    pipeline = await startPipeline(scope, { listeners: 2 });
    env = await settingsOf(pipeline);
    await pipeline.sql(
      `insert into city(name, countrycode, population)
       values ('Dobric', 'BGR', 1), ('Cluj', 'ROU', 2), ('Sofia', 'BGR', 3)`,
    );
    await pipeline.waitUntilApplied();
  });

  const type = async (...words: string[]): Promise<Typed> => await typeCinesync(words, env);

  async function typeWell(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await type(...words);
    assert.equal(code, 0, `${words.join(' ')}: ${stdout}${stderr}`);
    assert.ok(!stdout.includes('\u001b'), 'no escapes without a terminal');
    return stdout;
  }

  test('status tells lag, outbox, leader, standbys, group, hit rate and findings', async () => {
    await pipeline.warm('/cities/BGR');
    const state = JSON.parse(await typeWell('status', '--json'));
    assert.equal(state.listeners.value.standbys.length, 1);
    assert.ok(state.listeners.value.leader.pid > 0);
    const [member] = state.cleaners.value.members;
    assert.equal(member.client, 'cinesync-cleaner');
    const [city] = state.lag.value;
    assert.deepEqual([city.resource, city.bypass, city.partitions.length], ['city', null, 3]);
    assert.ok(city.lag_ms >= 0 && city.lag_ms < 60_000);
    assert.equal(typeof state.outbox.value.rows, 'number');
    assert.deepEqual(state.capture.value, []);
    const api = state.processes.find((found: { process: string }) => found.process === 'api');
    const { memory, hit } = api.reads.city;
    assert.ok(memory + hit >= 1);
    const text = await typeWell('status');
    assert.match(text, /leader +127\.0\.0\.1:\d+ \(session \d+\)\n +standby/);
    assert.match(text, /city +\d+ ms of 5000 +0: \d+ {2}1: \d+ {2}2: \d+ +cache/);
  });

  test('explain shows a value, where it came from and that the database agrees', async () => {
    await type('invalidate', 'city', 'rou');
    await pipeline.waitUntilApplied();
    await pipeline.warm('/cities/ROU');
    const explained = JSON.parse(await typeWell('explain', 'city', 'rou', '--json'));
    assert.equal(explained.key, 'cities_ROU');
    assert.deepEqual([explained.holds, explained.agrees], ['value', true]);
    assert.ok(explained.ttl_ms > 0);
    const { action, topic, applied } = explained.last_message.value;
    assert.deepEqual(
      [action, topic, applied],
      ['invalidate_cache', pipeline.topic('city_updates'), true],
    );
  });

  test('explain finds an entry that is not what the database says', async () => {
    await pipeline.redis.command('SET', 'cities_BGR', '[{"name":"Old","population":0}]');
    const { code, stdout } = await type('explain', 'city', 'BGR');
    assert.equal(code, 1);
    assert.match(stdout, /SOMETHING ELSE/);
    assert.doesNotMatch(stdout, /Old/, 'values are not shown');
  });

  test('invalidate and flush take the way of every change', async () => {
    await pipeline.redis.command('MSET', 'cities_BGR', '"old"', 'cities_ROU', '"old"');
    assert.match(await typeWell('invalidate', 'city', 'BGR'), /invalidated BGR/);
    await pipeline.waitUntilApplied();
    assert.equal(await pipeline.entry('cities_BGR'), null);
    assert.equal(await pipeline.entry('cities_ROU'), '"old"');
    assert.match(await typeWell('flush', 'city', '--yes'), /city: flushed/);
    await pipeline.waitUntilApplied();
    assert.equal(await pipeline.entry('cities_ROU'), null);
  });

  test('warm fills what is there, goes on where it was told to, and counts', async () => {
    await type('flush', 'city', '--yes');
    await pipeline.waitUntilApplied();
    assert.match(await typeWell('warm', 'city', '--all', '--after', 'BGR'), /city: 1 filled/);
    assert.deepEqual(
      [await pipeline.entry('cities_BGR'), await pipeline.entry('cities_ROU')],
      [null, '[{"name":"Cluj","population":2}]'],
    );
    assert.match(await typeWell('warm', 'city', '--all'), /city: 1 filled, 1 were there/);
    assert.ok((await pipeline.redis.command<number>('PTTL', 'cities_BGR')) > 0);
  });

  test('watch, tables and unwatch: a table of the reader, and what is still missing', async () => {
    await pipeline.sql('create table shop (id integer primary key)');
    const watched = await typeWell('watch', 'shop', '--resource', 'shop', '--columns', 'id');
    assert.match(watched, /shop is not in contract\/resources.ts/);
    assert.match(await typeWell('tables'), /public\.shop +shop +id +shop_updates +stmt/);
    const wrong = await type('watch', 'shop', '--resource', 'shop', '--columns', 'idd');
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /there is no column idd\n +Columns: id\./);
    assert.match(await typeWell('unwatch', 'shop', '--resource', 'shop'), /read from Postgres/);
    const listed = await type('tables', '--json');
    assert.equal(listed.code, 1);
    assert.match(JSON.stringify(JSON.parse(listed.stdout).findings), /cache\.unwatch/);
    await typeWell('unwatch', 'shop', '--resource', 'shop', '--forget');
    assert.deepEqual(JSON.parse(await typeWell('tables', '--json')).findings, []);
  });

  test('tail shows an invalidation with the time of each hop', async () => {
    const words = ['tail', 'city', '--json'];
    const tail = startProcess(scope, { main: 'cli/cinesync.mjs', args: words, env });
    const find = (text: string) => () => tail.otherOutput.includes(text) || undefined;
    await eventually(find('following'), { what: 'tail to follow', timeoutMs: 60_000 });
    await pipeline.sql(`update city set population = 7 where name = 'Cluj'`);
    await eventually(find('"code":"ROU"'), { what: 'the invalidation', timeoutMs: 60_000 });
    const line = tail.otherOutput.split('\n').find((text) => text.includes('"code":"ROU"'));
    const seen = JSON.parse(line ?? '{}');
    assert.deepEqual([seen.resource, seen.action], ['city', 'invalidate_cache']);
    assert.ok(seen.published_ms >= 0 && seen.applied_ms >= 0);
    assert.equal((await tail.stop()).code, 0);
  });

  test('dead-letters shows what nobody understood, and takes it away', async () => {
    const producer = connectKafka().producer();
    await producer.connect();
    await producer.send({
      topic: pipeline.topic('city_updates'),
      messages: [{ key: 'BGR', value: '{"action":"explode","code":"BGR"}' }],
    });
    await producer.disconnect();
    const shown = await eventually(
      async () => {
        const { code, stdout } = await type('dead-letters', 'city');
        return code === 1 ? stdout : undefined;
      },
      { what: 'the letter', timeoutMs: 90_000 },
    );
    assert.match(shown, /city_updates\/\d@\d+ +an action that this version does not know/);
    assert.match(await typeWell('dead-letters', 'city', '--clear'), /emptied/);
    assert.equal(await typeWell('dead-letters'), 'none\n');
  });

  test('nothing prints a password', async () => {
    const secret = 'hunter2';
    const url = new URL(env.DATABASE_URL ?? '');
    url.password = secret;
    const wrong = { ...env, DATABASE_URL: url.href, REDIS_URL: `redis://u:${secret}@127.0.0.1:1` };
    for (const words of [['status'], ['doctor'], ['tables'], ['explain', 'city', 'BGR']]) {
      const { code, stdout, stderr } = await typeCinesync(words, wrong);
      assert.equal(code, 1, words.join(' '));
      assert.doesNotMatch(stdout + stderr, new RegExp(secret));
    }
  });
});
