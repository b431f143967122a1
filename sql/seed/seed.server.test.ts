// The whole seed against real servers: a database and a bucket of the test's own, loaded twice.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { createDatabase } from '../../test/support/database.ts';
import { servers } from '../../test/support/servers.ts';
import { createBucketClient } from './bucket-client.ts';
import { runSeed } from './run-seed.ts';
import { readSeedSettings } from './settings.ts';

async function prepare(t: TestContext) {
  const { query, url } = await createDatabase(t, { migrated: true });
  const { S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY } = servers();
  const bucket = `seed-${randomBytes(6).toString('hex')}`;
  const environment = {
    DATABASE_URL: url,
    S3_ENDPOINT,
    S3_ACCESS_KEY,
    S3_SECRET_KEY,
    S3_BUCKET: bucket,
  };
  const client = createBucketClient(readSeedSettings(environment));
  async function listImages(): Promise<string[]> {
    const names: string[] = [];
    for await (const { name } of client.listObjectsV2(bucket)) {
      names.push(name);
    }
    return names;
  }
  t.after(async () => {
    await Promise.all((await listImages()).map((name) => client.removeObject(bucket, name)));
    await client.removeBucket(bucket);
  });
  async function seed(...args: string[]): Promise<string> {
    let written = '';
    const output = { write: (text: string) => (written += text) };
    const signal = t.signal;
    const code = await runSeed({ args, environment, output, errorOutput: output, signal });
    assert.equal(code, 0, written);
    return written;
  }
  return { query, seed, client, bucket, listImages };
}

const counts = `
  select (select count(*) from city)::int as cities,
    (select count(*) from movies where is_published)::int as movies,
    (select count(*) from genres)::int as genres,
    (select count(*) from persons)::int as persons,
    (select count(*) from movie_genres)::int as "movieGenres",
    (select count(*) from movie_persons where role = 'director')::int as "movieDirectors"`;

const loaded = {
  cities: 135_234,
  movies: 3201,
  genres: 12,
  persons: 550,
  movieGenres: 2926,
  movieDirectors: 1870,
};

test('the seed', async (t) => {
  const { query, seed, client, bucket, listImages } = await prepare(t);
  const drama = `(select id from genres where name = 'Drama')`;
  const [dramaBefore] = await query(drama);

  await t.test('loads cities, movies and images', async () => {
    const written = await seed();
    assert.match(written, /cities 135234 of 135234\n[^]*movies 3201 of 3201\n/);
    assert.match(written, /images 251 of 251\nseed: ready, loaded cities, movies, images after/);
    assert.deepEqual(await query(counts), [loaded]);
    const images = await listImages();
    assert.equal(images.length, 251);
    assert.ok(images.includes('bgr.svg') && images.includes('test.jpg'));
    const { metaData } = await client.statObject(bucket, 'bgr.svg');
    assert.equal(metaData['content-type'], 'image/svg+xml');
  });

  await t.test('uses the genres that were there, by name', async () => {
    assert.deepEqual(await query(drama), [dramaBefore]);
    assert.deepEqual(
      await query(`select count(*)::int from movie_genres where genre_id = ${drama}`),
      [{ count: 789 }],
    );
  });

  await t.test('leaves everything alone the second time', async () => {
    await query(`update city set population = 999999 where name = 'Dobric'`);
    await query(`update movies set title = 'Renamed' where title = 'Gladiator'`);
    const written = await seed();
    assert.match(
      written,
      /cities are loaded already[^]*movies are loaded[^]*images are loaded[^]*nothing to load/,
    );
    assert.deepEqual(await query(counts), [loaded]);
    const changed = `select countrycode from city where name = 'Dobric' and population = 999999
      union all select title from movies where title = 'Renamed' order by 1`;
    assert.equal((await query(changed)).length, 3);
  });

  await t.test('puts back with --force what it loaded, and touches nothing else', async () => {
    const [own] = await query<{ id: number }>(
      `insert into city (name, countrycode, population) values ('Own', 'BGR', 1) returning id`,
    );
    assert.ok(own && own.id > 20_000_000);
    await query(`update genres set name = 'Plays' where id = ${drama}`);
    await client.putObject(bucket, 'bgr.svg', 'another flag');
    await query('delete from cache.outbox');
    assert.match(await seed('--force'), /cities 135234 of 135234\n[^]*images 1 of 1\n/);
    assert.deepEqual(
      await query('select name, population::int from city where id >= 20000000 order by id'),
      [
        { name: 'Dobric', population: 111_001 },
        { name: 'Own', population: 1 },
      ],
    );
    assert.deepEqual(await query(counts), [{ ...loaded, cities: loaded.cities + 1 }]);
    const writtenWithDobric = `select count(*)::int from city
      where xmin = (select xmin from city where id = 20000000)`;
    assert.deepEqual(await query(writtenWithDobric), [{ count: 2 }]);
    assert.deepEqual(
      await query('select resource, op, cardinality(codes) from cache.outbox order by id'),
      [
        { resource: 'city', op: 'k', cardinality: 2 },
        { resource: 'movie', op: 'k', cardinality: 1 },
      ],
    );
  });
});
