import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type CachedResource, cachedResource } from '../../contract/resources.ts';
import { createRedisDatabase } from '../../test/support/redis.ts';
import { Keyspace } from './keyspace.ts';
import { subjectKey } from './subject.ts';

/** A keyspace on a Redis database of the test's own, and how often it was asked to scan. */
async function prepare(t: TestContext, isTrusted: (resource: CachedResource) => boolean) {
  const redis = await createRedisDatabase(t);
  const scans = { count: 0, fails: false };
  const command = async <Reply>(...parts: string[]) => {
    scans.count += 1;
    if (scans.fails) {
      throw new Error('cut off');
    }
    return await redis.command<Reply>(...parts);
  };
  return { redis, scans, keyspace: new Keyspace({ redis: { command }, isTrusted }) };
}

const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const onlyCities = ({ name }: CachedResource) => name === 'city';

/** What it names until every resource has been swept once more. */
async function sweep(keyspace: Keyspace, resources: readonly CachedResource[]): Promise<string[]> {
  const named: string[] = [];
  const before = resources.map((resource) => keyspace.sweepsOf(resource));
  const isSwept = () =>
    resources.every((resource, at) => keyspace.sweepsOf(resource) > (before[at] ?? 0));
  // The last step's entries are handed out one by one after the sweep counts as complete.
  for (let rest = 100; rest > 0; rest -= isSwept() ? 1 : 0) {
    const subject = await keyspace.next();
    if (subject !== undefined) {
      named.push(subjectKey(subject));
    }
  }
  return named;
}

test('names every entry of every resource, and nothing else', async (t) => {
  const { redis, keyspace } = await prepare(t, () => true);
  const entries = ['cities_BGR', 'cities_ROU', `movie_${uuid(1)}`, `movie_${uuid(2)}`];
  const others = ['cities_bgr', 'cities_', 'movie_x', 'cache_position', 'somebody:else'];
  for (const key of [...entries, ...others]) {
    await redis.command('SET', key, '[]');
  }
  const named = await sweep(keyspace, [cachedResource('city'), cachedResource('movie')]);
  assert.deepEqual([...new Set(named)].toSorted(), entries);
});

test('a resource of which nothing is cached takes no turn from the others', async (t) => {
  const { redis, keyspace } = await prepare(t, () => true);
  await redis.command('SET', 'cities_BGR', '[]');
  for (let turn = 0; turn < 10; turn += 1) {
    assert.equal((await keyspace.next())?.code, 'BGR');
  }
});

test('goes round again, and goes on where it was after a failure', async (t) => {
  const { redis, scans, keyspace } = await prepare(t, onlyCities);
  await redis.command('SET', 'cities_BGR', '[]');
  assert.equal((await keyspace.next())?.code, 'BGR');
  scans.fails = true;
  await assert.rejects(keyspace.next(), /cut off/);
  scans.fails = false;
  assert.equal((await keyspace.next())?.code, 'BGR');
});

test('of a step that names many it takes some, another time others', async (t) => {
  const { redis, scans, keyspace } = await prepare(t, ({ name }) => name === 'movie');
  const entries = Array.from({ length: 1000 }, (_, number) => `movie_${uuid(number)}`);
  await redis.command('MSET', ...entries.flatMap((key) => [key, 'null']));
  const named = new Set<string>();
  for (let asked = 0; asked < 20_000; asked += 1) {
    const subject = await keyspace.next();
    if (subject !== undefined) {
      named.add(subjectKey(subject));
    }
  }
  assert.ok(scans.count >= 20_000 / 51, `at most 50 of each step: ${scans.count} steps`);
  assert.equal(named.size, 1000, 'in the end all of them');
});

test('does not even scan for what is not used', async (t) => {
  const trusted = new Set(['movie']);
  const { redis, scans, keyspace } = await prepare(t, ({ name }) => trusted.has(name));
  await redis.command('MSET', 'cities_BGR', '[]', `movie_${uuid(1)}`, 'null');
  assert.equal((await keyspace.next())?.resource.name, 'movie');
  trusted.clear();
  const { count } = scans;
  assert.equal(await keyspace.next(), undefined);
  assert.equal(scans.count, count);
});
