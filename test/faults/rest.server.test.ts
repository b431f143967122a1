// The look at a pipeline at rest, told one lie at a time: it must report exactly that one.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { cachedResources } from '../../contract/resources.ts';
import { createDatabase } from '../support/database.ts';
import { createRedisDatabase } from '../support/redis.ts';
import { Model } from './model/model.ts';
import { Tally } from './report/tally.ts';
import { lookAtRest } from './rest.ts';
import { citySubjects } from './workload/answers.ts';
import { allTowns, everyGenre, everyPerson, filmCell, films } from './workload/names.ts';
import { filmId, labelCell, labelId, townCell } from './workload/names.ts';

const position = JSON.stringify({ heartbeat: { atMs: Date.now() + 3_600_000 } });
const town = { id: 1, country: 'FAA', name: 'r1', population: 7 };
const path = `/cities/${town.country}`;

/** A pipeline at which everything is right: no film, no genre, one town, an empty cache. */
async function prepare(t: TestContext) {
  const database = await createDatabase(t, { migrated: true });
  await database.query(
    `insert into city (id, name, countrycode, population)
     values (${town.id}, '${town.name}', '${town.country}', ${town.population})`,
  );
  const { url: redisUrl, command } = await createRedisDatabase(t);
  const positions = cachedResources.flatMap(({ topic }) => [`${topic}/0`, position]);
  await command('HSET', 'cache_position', ...positions);
  const model = new Model();
  model.declare([
    ...allTowns.flatMap(({ id, homes }) =>
      homes.map((home) => ({ cell: townCell(home, id), value: 0 })),
    ),
    ...films.map((film) => ({ cell: filmCell(film), value: 0 })),
    ...[...everyGenre, ...everyPerson].map((label) => ({ cell: labelCell(label), value: 0 })),
    { cell: townCell(town.country, town.id), value: town.population },
  ]);
  const answers = new Map<string, [status: number, body: object]>([
    ['/health', [200, { resources: { city: { bypass: null } } }]],
    [path, [200, { data: [town] }]],
  ]);
  const api = { name: 'api-1', port: await startApi(t, answers) };
  const look = async () => {
    const tally = new Tally();
    await lookAtRest({
      world: {
        servers: { databaseUrl: database.url, redisUrl },
        pipeline: { positionsPerTopic: 1 },
        inRole: () => [api],
      },
      model,
      tally,
      signal: new AbortController().signal,
      caughtUpWithinMs: 0,
    });
    return tally.violations.map(({ kind, what }) => `${kind}: ${what}`);
  };
  return { database, command, model, answers, look };
}

async function startApi(
  t: TestContext,
  answers: ReadonlyMap<string, [status: number, body: object]>,
): Promise<number> {
  const server = createServer((request, response) => {
    const isList = /^\/(cities\/|genres$|movies\/popular$)/.test(request.url ?? '');
    const [status, body] = answers.get(request.url ?? '') ?? [isList ? 200 : 404, { data: [] }];
    const text = JSON.stringify(body);
    response.writeHead(status, { 'content-length': text.length }).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

test('a pipeline that is right at rest is not complained of', async (t) => {
  const { look } = await prepare(t);
  assert.deepEqual(await look(), []);
});

test('an API that answers what the rows are no more is', async (t) => {
  const { answers, look } = await prepare(t);
  answers.set(path, [200, { data: [] }]);
  assert.deepEqual(await look(), ['at rest: api-1: city FAA: city/FAA/r1 = 0 (never)']);
});

test('an API that answers with an error is', async (t) => {
  const { answers, look } = await prepare(t);
  answers.set(path, [500, {}]);
  assert.deepEqual(await look(), ['at rest: api-1 answered 500']);
});

test('an entry that nobody reads is, when it is not what the rows are', async (t) => {
  const { command, look } = await prepare(t);
  const [subject] = citySubjects;
  assert.ok(subject);
  await command('SET', subject.entryKey, '[]');
  assert.deepEqual(await look(), ['at rest: Redis: city FAA: city/FAA/r1 = 0 (never)']);
});

test('an API that lists a film that is nowhere is', async (t) => {
  const { answers, look } = await prepare(t);
  answers.set('/movies/popular', [200, { data: [{ id: filmId(1), duration: 3, votes: 3 }] }]);
  assert.deepEqual(await look(), ['at rest: api-1: movies_popular all: film/1 = 3 (never)']);
});

test('an entry of a genre that is gone is', async (t) => {
  const { command, look } = await prepare(t);
  const page = { name: 'g1 v3', items: [], total: 0 };
  await command('SET', `genre_${labelId('g1')}`, JSON.stringify(page));
  const about = `genre ${labelId('g1')}: label/g1 = 3 (never)`;
  assert.deepEqual(await look(), [`at rest: Redis: ${about}`]);
});

test('rows that are not what was committed are the fault of the suite', async (t) => {
  const { model, answers, look } = await prepare(t);
  const attempt = model.attempt([{ cell: townCell(town.country, town.id), value: 8 }], 0);
  model.commit(attempt, 0);
  answers.set(path, [200, { data: [{ ...town, population: 8 }] }]);
  assert.deepEqual(await look(), ['database: the rows are not what was committed: city/FAA/r1']);
});

test('a pipeline that never becomes current is', async (t) => {
  const { command, look } = await prepare(t);
  await command('HDEL', 'cache_position', 'movie_updates/0');
  assert.deepEqual(await look(), [
    'not at rest: after 0 s without faults: 5 of 6 positions are current',
  ]);
});

test('an API that goes on reading from Postgres is', async (t) => {
  const { answers, look } = await prepare(t);
  answers.set('/health', [200, { resources: { city: { bypass: 'lag' } } }]);
  assert.deepEqual(await look(), [
    'not at rest: after 0 s without faults: api-1 reads from Postgres: lag',
  ]);
});
