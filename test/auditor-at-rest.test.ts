// After changes of every kind, with everything cached before: at rest no entry is wrong, and the
// auditor agrees. A build that leaves wrong entries behind fails both: the auditor finds them.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { cachedResources } from '../contract/resources.ts';
import { type AuditorHealth, auditorHealth, plantOldEntry, waitForAudit } from './support/audit.ts';
import { eventually } from './support/eventually.ts';
import { type Answer, type Pipeline, startPipeline } from './support/pipeline.ts';
import { suiteScope } from './support/scope.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
const codes = letters.flatMap((one) => letters.map((two) => `X${one}${two}`));
/** Few: the auditor draws what it looks at, and must come across a single one. */
const countries = codes.slice(0, 78);
/** With those, more than one row of the outbox names. */
const moreCountries = codes.slice(78, 600);
const planted = 'ZZZ';
const uuid = (number: number) => `abcdef00-0000-4000-8000-${String(number).padStart(12, '0')}`;
const films = [0, 1, 2, 3].map(uuid);
const genres = [0, 1, 2].map(uuid);
const persons = [0, 1].map(uuid);
const filmPaths = films.flatMap((id) => [`/movies/${id}`, `/movies/${id.toUpperCase()}`]);
const listPaths = [
  ...genres.map((id) => `/genres/${id}/movies`),
  ...persons.map((id) => `/persons/${id}`),
  '/genres',
  '/movies/popular',
];
const cityPaths = (of: readonly string[]) => of.map((code) => `/cities/${code}`);

const deleteEntries = `
  for _, prefix in ipairs({${cachedResources.map(({ keyPrefix }) => `'${keyPrefix}'`).join()}}) do
    for _, key in ipairs(redis.call('KEYS', prefix .. '*')) do redis.call('DEL', key) end
  end`;

const firstRows = `
  insert into city(name, countrycode, population)
  select 'Town', code, 1 from unnest('{${countries.join()}}'::text[]) as code;
  insert into genres(id, name)
  select id, 'Genre ' || id from unnest('{${genres.join()}}'::uuid[]) as id;
  insert into movies(id, title, rating, is_published)
  select id, 'Film', 1, true from unnest('{${films.join()}}'::uuid[]) as id;
  insert into movie_genres
  select film, genre from unnest('{${films.join()}}'::uuid[]) as film,
    unnest('{${genres.join()}}'::uuid[]) as genre;
  insert into persons(id, full_name)
  select id, 'Person ' || id from unnest('{${persons.join()}}'::uuid[]) as id;
  insert into movie_persons
  select film, person, 'actor' from unnest('{${films.join()}}'::uuid[]) as film,
    unnest('{${persons.join()}}'::uuid[]) as person`;

interface Round {
  readonly name: string;
  readonly paths: readonly string[];
  /** All paths are cached before each of them. */
  readonly steps: readonly string[];
  /** So many that the auditor must have come across what is wrong, if anything is. */
  readonly conclusions: number;
}

const changesOfRows: Round = {
  name: 'changes of rows',
  paths: [...cityPaths(countries), ...filmPaths],
  conclusions: 1500,
  steps: [
    `update city set population = 2 where countrycode in ('XAA', 'XAB')`,
    `update city set population = 3 where countrycode = 'XAA';
     update city set countrycode = 'XAC' where countrycode = 'XAB';
     update city set countrycode = 'XB' || right(countrycode, 1) where countrycode like 'XC%';
     delete from city where countrycode = 'XAD';
     insert into city(name, countrycode, population) values ('New', 'XAE', 1);
     begin; set local session_replication_role = replica;
     update city set population = 9 where countrycode = 'XAF'; commit;
     update movies set rating = 2 where id = '${films[0]}';
     update genres set name = 'Other' where id = '${genres[0]}';
     delete from movie_genres where genre_id = '${genres[1]}'`,
  ],
};
const changesOfManyRows: Round = {
  name: 'changes of many rows',
  paths: cityPaths([...countries, ...moreCountries]),
  conclusions: 600,
  steps: [
    `insert into city(name, countrycode, population)
     select 'Town', code, 1 from unnest('{${moreCountries.join()}}'::text[]) as code`,
    'update city set population = population + 1',
  ],
};
const changesOfTheCatalog: Round = {
  name: 'changes of the catalog',
  paths: [...filmPaths, ...listPaths],
  conclusions: 400,
  steps: [
    `update genres set name = 'Another' where id = '${genres[2]}';
     update persons set full_name = 'Somebody' where id = '${persons[0]}';
     delete from movie_persons where person_id = '${persons[1]}' and movie_id = '${films[3]}'`,
    // Last, and alone: whoever does not hear of films keeps what it has now.
    `update movies set rating = 3 where id = '${films[1]}';
     update movies set is_published = false where id = '${films[2]}'`,
  ],
};
const endOfEveryRow: Round = {
  name: 'the end of every row',
  paths: [...cityPaths(countries), ...filmPaths, ...listPaths],
  conclusions: 600,
  steps: ['truncate city, movies cascade'],
};

describe('at rest', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;

  before(async () => {
    pipeline = await startPipeline(scope);
    pipeline.startAuditor();
    await pipeline.sql(`delete from genres; ${firstRows}`);
    await pipeline.waitUntilApplied();
  });

  async function readAll(paths: readonly string[]): Promise<Map<string, Answer>> {
    const queue = [...paths];
    const answers = new Map<string, Answer>();
    const reader = async (): Promise<void> => {
      for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
        answers.set(path, await pipeline.get(path));
      }
    };
    await Promise.all(Array.from({ length: 16 }, reader));
    return answers;
  }

  /**
   * Everything is cached: who reads while the cache is not trusted for a moment leaves nothing
   * behind, so everything is read until no answer comes from the database.
   */
  async function fill(paths: readonly string[]): Promise<void> {
    await pipeline.waitUntilApplied();
    let toRead = paths;
    await eventually(
      async () => {
        await pipeline.waitUntilTrusted();
        const answers = await readAll(toRead);
        toRead = toRead.filter((path) => answers.get(path)?.source === 'database');
        return toRead.length === 0 || undefined;
      },
      { what: 'everything to be cached', timeoutMs: 60_000 },
    );
  }

  /** What readers are told, against what they are told once the entries are gone. */
  async function findWrong(paths: readonly string[]): Promise<string[]> {
    const told = await readAll(paths);
    await pipeline.redis.command('EVAL', deleteEntries, '0');
    const right = await readAll(paths);
    const dataOf = (answers: Map<string, Answer>, path: string) =>
      JSON.stringify(answers.get(path)?.data ?? null);
    return paths.filter((path) => dataOf(told, path) !== dataOf(right, path));
  }

  /**
   * The stale entries that it has found when it has drawn so many conclusions, or earlier when
   * there are any. What differs is judged by a second look, first in, first out: the last one is a
   * wrong one that we plant only then.
   */
  async function askAuditor(conclusions: number): Promise<unknown[]> {
    const [auditor] = pipeline.auditors;
    assert.ok(auditor);
    const count = ({ audit }: AuditorHealth) =>
      Object.values(audit).reduce((sum, { conclusive }) => sum + conclusive, 0);
    const before = count(await auditorHealth(auditor));
    const logged = auditor.logs.length;
    const found = () =>
      auditor.logs
        .slice(logged)
        .flatMap(({ event, key }) => (event === 'auditor.stale' ? key : []));
    await waitForAudit(auditor, 'conclusions', (now) => {
      return count(now) >= before + conclusions || found().length > 0;
    });
    await plantOldEntry(pipeline, planted);
    await eventually(() => found().length > 0 || undefined, {
      what: 'the entry that was planted',
      timeoutMs: 90_000,
    });
    await pipeline.redis.command('DEL', `cities_${planted}`);
    return found();
  }

  for (const round of [changesOfRows, changesOfManyRows, changesOfTheCatalog, endOfEveryRow]) {
    const { name, paths, steps, conclusions } = round;
    test(`the auditor finds nothing after ${name}`, async () => {
      for (const statements of steps) {
        await fill(paths);
        await pipeline.sql(statements);
      }
      await fill(paths);
      assert.deepEqual(new Set(await askAuditor(conclusions)), new Set([`cities_${planted}`]));
    });

    test(`no entry is wrong after ${name}`, async () => {
      assert.deepEqual(await findWrong(paths), []);
    });
  }
});
