// The promise, seen by a client of the API: after a change in plain SQL the next read is fresh.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { type Answer, type Pipeline, startPipeline } from './support/pipeline.ts';
import { suiteScope } from './support/scope.ts';

describe('reading through the cache', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;

  before(async () => {
    pipeline = await startPipeline(scope);
  });

  /** Until the change has travelled the cached answer is the old one; it must be gone for good. */
  async function nextFresh(path: string): Promise<Answer> {
    return await eventually(
      async () => {
        const answer = await pipeline.get(path);
        return answer.source === 'database' ? answer : undefined;
      },
      { what: `${path} to be invalidated` },
    );
  }

  async function change(path: string, sql: string): Promise<unknown> {
    await pipeline.warm(path);
    await pipeline.sql(sql);
    const { data } = await nextFresh(path);
    assert.deepEqual((await pipeline.get(path)).data, data, 'the next answer is the same');
    return data;
  }

  test('the walkthrough: database, cache, UPDATE, database with the new row', async () => {
    await pipeline.sql(
      `insert into city(name, countrycode, population)
       values ('Dobric', 'BGR', 111001), ('Sofia', 'BGR', 1152556)`,
    );
    await pipeline.waitUntilApplied();
    assert.equal((await pipeline.get('/cities/BGR')).source, 'database');
    const cached = await pipeline.get('/cities/BGR');
    const sofia = { name: 'Sofia', population: 1152556 };
    const dobric = { name: 'Dobric', population: 111001 };
    assert.deepEqual(cached, { source: 'cache', data: [sofia, dobric] });
    assert.equal(
      await pipeline.entry('cities_BGR'),
      '[{"name":"Sofia","population":1152556},{"name":"Dobric","population":111001}]',
    );
    const update = `update city set population = 999999 where name = 'Dobric'`;
    const changed = { name: 'Dobric', population: 999999 };
    assert.deepEqual(await change('/cities/BGR', update), [sofia, changed]);
  });

  test('a country without cities answers [] until its first city is inserted', async () => {
    assert.deepEqual(await pipeline.get('/cities/XKX'), { source: 'database', data: [] });
    assert.deepEqual(await pipeline.get('/cities/XKX'), { source: 'cache', data: [] });
    const insert = `insert into city(name, countrycode, population) values ('Pristina', 'XKX', 1)`;
    const first = [{ name: 'Pristina', population: 1 }];
    assert.deepEqual(await change('/cities/XKX', insert), first);
  });

  test('a city that moves is gone from one country and there in the other', async () => {
    await pipeline.sql(
      `insert into city(name, countrycode, population) values ('Moving', 'ROU', 7)`,
    );
    await pipeline.warm('/cities/HUN');
    const move = `update city set countrycode = 'HUN' where name = 'Moving'`;
    assert.deepEqual(await change('/cities/ROU', move), []);
    await eventually(
      async () => {
        const { data } = await pipeline.get('/cities/HUN');
        return JSON.stringify(data).includes('Moving') || undefined;
      },
      { what: 'HUN to show the city' },
    );
  });

  test('DELETE and TRUNCATE are seen', async () => {
    const insert = `insert into city(name, countrycode, population) values ('Gone', 'MLT', 1)`;
    await change('/cities/MLT', insert);
    assert.deepEqual(await change('/cities/MLT', `delete from city where name = 'Gone'`), []);
    await change('/cities/MLT', insert);
    assert.deepEqual(await change('/cities/MLT', 'truncate city'), []);
  });

  test('a film appears when it is published, and shows its genres and people', async () => {
    const [movie, genre, person] = [randomUUID(), randomUUID(), randomUUID()];
    const path = `/movies/${movie}`;
    const status = async () => (await fetch(`${await pipeline.apis[0]?.url()}${path}`)).status;
    assert.equal(await status(), 404);
    assert.equal(await pipeline.entry(`movie_${movie}`), 'null');
    await pipeline.sql(`
      insert into genres(id, name) values ('${genre}', 'Genre ${genre}');
      insert into persons(id, full_name) values ('${person}', 'A person');
      insert into movies(id, title, is_published) values ('${movie}', 'A film', true);
      insert into movie_genres values ('${movie}', '${genre}');
      insert into movie_persons values ('${movie}', '${person}', 'director')`);
    await eventually(async () => (await status()) === 200 || undefined, { what: 'the film' });
    const renamed = await eventually(
      async () => {
        await pipeline.warm(path);
        await pipeline.sql(`update persons set full_name = 'Renamed' where id = '${person}'`);
        return (await nextFresh(path)).data as { persons: { full_name: string; role: string }[] };
      },
      { what: 'the new name' },
    );
    assert.deepEqual(
      renamed.persons.map(({ full_name, role }) => [full_name, role]),
      [['Renamed', 'director']],
    );
    await pipeline.sql(`update movies set is_published = false where id = '${movie}'`);
    await eventually(async () => (await status()) === 404 || undefined, { what: 'unpublishing' });
  });

  test('GET /health shows how far the cache is behind', async () => {
    const url = await pipeline.apis[0]?.url();
    const health = await eventually(
      async () => {
        const body = (await (await fetch(`${url}/health`)).json()) as Health;
        return body.resources.city?.lag_ms === null ? undefined : body;
      },
      { what: 'the lag to be measured' },
    );
    assert.equal(health.checks.postgres?.status, 'up');
    assert.equal(health.checks.redis?.status, 'up');
    assert.equal(health.checks.kafka?.status, 'up');
    assert.equal(health.resources.city?.bound_ms, 5000);
    assert.equal(typeof health.resources.movie?.lag_ms, 'number');
  });
});

interface Health {
  checks: Record<string, { status: string }>;
  resources: Record<string, { lag_ms: number | null; bound_ms: number; bypass: null }>;
}
