// What a DBA types becomes exactly the messages it should: seen on Kafka, from outside.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { pipeline as pipe } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { from as copyFrom } from 'pg-copy-streams';
import { type CodeWatch, watchCodes } from './support/code-watch.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { suiteScope } from './support/scope.ts';

describe('messages on city_updates', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let topic: CodeWatch['topic'];
  let codesOf: CodeWatch['codesOf'];
  let codesSince: CodeWatch['codesSince'];

  before(async () => {
    pipeline = await startPipeline(scope, { apis: 0 });
    ({ topic, codesOf, codesSince } = await watchCodes(scope, pipeline, 'city_updates'));
  });

  test('an INSERT, an UPDATE and a DELETE each name the country, byte for byte', async () => {
    const insert = `
      insert into city(name, countrycode, population) values ('Dobric', 'BGR', 111001)`;
    assert.deepEqual(await codesOf(insert), ['BGR']);
    const message = topic.messages.find(({ key }) => key === 'BGR');
    assert.equal(message?.value, '{"action":"invalidate_cache","code":"BGR"}');
    assert.equal(message?.headers.type, 'invalidate_cache');
    assert.match(message?.headers['committed-at'] ?? '', /^\d{13}$/);
    const update = `update city set population = 999999 where name = 'Dobric'`;
    assert.deepEqual(await codesOf(update), ['BGR']);
    assert.deepEqual(await codesOf(`delete from city where name = 'Dobric'`), ['BGR']);
  });

  test('a city that changes its country names both', async () => {
    await codesOf(`insert into city(name, countrycode, population) values ('Moved', 'ROU', 1)`);
    const move = `update city set countrycode = 'HUN' where name = 'Moved'`;
    assert.deepEqual(await codesOf(move), ['HUN', 'ROU']);
  });

  test('COPY names every country that was loaded', async () => {
    const since = topic.messages.length;
    const client = await pipeline.database.connect();
    await pipe(
      Readable.from(['One\tFRA\t1\n', 'Two\tDEU\t2\n', 'Three\tFRA\t3\n']),
      client.query(copyFrom('copy city(name, countrycode, population) from stdin')),
    );
    assert.deepEqual(await codesSince(since), ['DEU', 'FRA']);
  });

  test('MERGE names the updated and the inserted', async () => {
    await codesOf(`insert into city(name, countrycode, population) values ('Merged', 'ITA', 1)`);
    const merge = `
      merge into city c
      using (values ('Merged', 'ITA', 2), ('New', 'ESP', 1)) v(name, code, population)
        on c.name = v.name and c.countrycode = v.code
      when matched then update set population = v.population
      when not matched then insert (name, countrycode, population)
        values (v.name, v.code, v.population)`;
    assert.deepEqual(await codesOf(merge), ['ESP', 'ITA']);
  });

  test('a CTE that writes is captured', async () => {
    await codesOf(`insert into city(name, countrycode, population) values ('Cte', 'PRT', 1)`);
    const write = `
      with changed as (update city set population = 2 where name = 'Cte' returning id)
      select count(*) from changed`;
    assert.deepEqual(await codesOf(write), ['PRT']);
  });

  test('a transaction that is rolled back leaves no message', async () => {
    const undone = `
      begin; insert into city(name, countrycode, population) values ('Ghost', 'GRC', 1); rollback`;
    assert.deepEqual(await codesOf(undone), []);
  });

  test('an UPDATE that changes nothing leaves no message', async () => {
    await codesOf(`insert into city(name, countrycode, population) values ('Same', 'POL', 5)`);
    const same = `update city set population = population where name = 'Same'`;
    assert.deepEqual(await codesOf(same), []);
  });

  test('a statement on 5,000 rows sends at most one message per distinct code', async () => {
    const codes = `array['AUT', 'BEL', 'CHE', 'CZE', 'DNK']`;
    await codesOf(`
      insert into city(name, countrycode, population)
      select 'Many ' || n, (${codes})[1 + n % 5], n from generate_series(1, 5000) n`);
    const before = topic.messages.length;
    await codesOf(`update city set population = population + 1 where name like 'Many %'`);
    const keys = topic.messages.slice(before).map((message) => message.key);
    assert.deepEqual(keys.toSorted(), ['AUT', 'BEL', 'CHE', 'CZE', 'DNK']);
  });

  test('a statement on 100,000 rows becomes one flush', async () => {
    const insert = `
      insert into city(name, countrycode, population)
      select 'Bulk ' || n, 'USA', n from generate_series(1, 100000) n`;
    assert.deepEqual(await codesOf(insert), ['*']);
  });

  test('TRUNCATE becomes one flush', async () => {
    assert.deepEqual(await codesOf('truncate city'), ['*']);
    assert.equal(topic.messages.findLast(({ key }) => key === '*')?.partition, 0);
  });

  test('a NOTIFY made by hand is relayed though nothing was captured', async () => {
    assert.deepEqual(await codesOf(`notify city_updates, 'LUX'`), ['LUX']);
  });

  test('a NOTIFY that names no country harms nothing', async () => {
    assert.deepEqual(await codesOf(`notify city_updates, '{"not": "a code"}'`), []);
  });

  test('cache.invalidate and cache.flush can be called by hand', async () => {
    assert.deepEqual(await codesOf(`select cache.invalidate('city', '{MCO,AND}')`), ['AND', 'MCO']);
    assert.deepEqual(await codesOf(`select cache.flush('city')`), ['*']);
  });

  test('every message id is unique, and the outbox is empty at rest', async () => {
    await codesSince(0);
    assert.deepEqual(await pipeline.sql('select * from cache.outbox'), []);
    const ids = topic.messages.map((message) => message.headers.id);
    assert.equal(new Set(ids).size, ids.length);
  });
});
