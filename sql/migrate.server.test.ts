// The command `migrate` as people run it: a process of its own, an empty database, two at once.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test, type TestContext } from 'node:test';
import { cachedResources, sourceResources } from '../contract/resources.ts';
import { createDatabase, type Database } from '../test/support/database.ts';
import { eventually } from '../test/support/eventually.ts';
import { createTopicNamespace } from '../test/support/kafka.ts';
import { type RunningProcess, startProcess } from '../test/support/processes.ts';
import { reverseScope } from '../test/support/scope.ts';
import { servers } from '../test/support/servers.ts';
import { startTcpProxy } from '../test/support/tcp-proxy.ts';

function migrationsOf(first: string, last: string): string[] {
  return readdirSync(new URL('migrations/', import.meta.url))
    .filter((name) => name >= first && name.slice(0, 4) <= last)
    .toSorted();
}

function migrate(t: TestContext, url: string, env: Record<string, string> = {}): RunningProcess {
  return startProcess(t, {
    main: 'sql/migrate-main.ts',
    env: { DATABASE_URL: url, ENABLE_KAFKA: 'false', ...env },
  });
}

async function succeeded(process: RunningProcess): Promise<string> {
  const { code } = await process.waitForExit(60_000);
  assert.equal(code, 0, process.otherOutput);
  return process.otherOutput;
}

async function says(process: RunningProcess, words: RegExp): Promise<void> {
  await eventually(() => (words.test(process.otherOutput) ? true : undefined), {
    what: `migrate to say ${words}`,
  });
}

async function isMigrated(database: Pick<Database, 'query'>): Promise<void> {
  assert.deepEqual(await database.query('select * from cache.audit()'), []);
  const resources = await database.query(
    'select resource from cache.known_resources() as resource',
  );
  assert.deepEqual(
    resources.map(({ resource }) => resource),
    [...cachedResources, ...sourceResources].map(({ name }) => name).toSorted(),
  );
  const genres = await database.query('select from genres');
  assert.equal(genres.length, 5);
}

describe('migrate', () => {
  test('says what it applies, and the second time that nothing is left', async (t) => {
    const database = await createDatabase(t, { migrated: false });
    const first = await succeeded(migrate(t, database.url));
    assert.match(first, /^migrate: applied 0001_city\.sql$/m);
    assert.match(first, /^migrate: applied 0034_watch_lists\.sql$/m);
    await isMigrated(database);
    assert.equal(await succeeded(migrate(t, database.url)), 'migrate: ready\n');
    await isMigrated(database);
  });

  test('brings an older installation to the rules of a new one', async (t) => {
    const fresh = await createDatabase(t, { migrated: true });
    const older = await createDatabase(t, { migrated: false });
    await older.query('create table schema_migrations (version varchar(128) primary key)');
    for (const file of migrationsOf('0000', '0025').concat(migrationsOf('0030', '0031'))) {
      const text = readFileSync(new URL(`migrations/${file}`, import.meta.url), 'utf8');
      await older.query(`begin; ${text}; commit`);
      await older.query('insert into schema_migrations values ($1)', [file.slice(0, 4)]);
    }
    await older.query('delete from cache.outbox');
    await succeeded(migrate(t, older.url));
    await isMigrated(older);
    const rules = `
      select name, resource, columns, channel, flush_over from cache.rule order by 1, 2`;
    const dependencies = `
      select resource, on_resource, query from cache.dependency order by 1, 2`;
    for (const sql of [rules, dependencies]) {
      assert.deepEqual(await older.query(sql), await fresh.query(sql));
    }
    const flushed = await older.query<{ resource: string }>(
      `select distinct resource from cache.outbox where op = 'f'`,
    );
    const names = flushed.map(({ resource }) => resource);
    for (const { name } of cachedResources.filter((resource) => resource.name !== 'city')) {
      assert.ok(names.includes(name), `${name} is flushed: its entries are old`);
    }
  });

  test('makes a database that is missing, two processes at once', async (t) => {
    const scope = reverseScope(t);
    const other = await createDatabase(scope, { migrated: false });
    const missing = new URL(other.url);
    missing.pathname = `/${other.name} "new"`;
    scope.after(async () => {
      await other.query(`drop database if exists "${other.name} ""new""" with (force)`);
    });
    const [one, two] = [migrate(t, missing.href), migrate(t, missing.href)];
    const said = (await succeeded(one)) + (await succeeded(two));
    assert.match(said, /created the database/);
    assert.equal(said.match(/applied 0001_city\.sql/g)?.length, 1);
  });

  test('waits for another migration of the same database', async (t) => {
    const database = await createDatabase(t, { migrated: false });
    const other = await database.connect();
    await other.query('select pg_advisory_lock(1667327848, 3)');
    const waiting = migrate(t, database.url);
    await says(waiting, /another migration of this database is running; waiting/);
    assert.deepEqual(await database.query(`select to_regclass('city') as city`), [{ city: null }]);
    await other.query('select pg_advisory_unlock(1667327848, 3)');
    await succeeded(waiting);
    await isMigrated(database);
  });

  test('waits for a server that is away, saying which', async (t) => {
    const database = await createDatabase(t, { migrated: false });
    const proxy = await startTcpProxy(t, database.url);
    await proxy.cut();
    const url = proxy.through(database.url);
    const waiting = migrate(t, url);
    await says(waiting, new RegExp(`Postgres at ${new URL(url).host} is away .*; trying until`));
    await proxy.open();
    await succeeded(waiting);
    await isMigrated(database);
  });

  test('keeps tables that are there, with their rows', async (t) => {
    const database = await createDatabase(t, { migrated: false });
    await database.query(`
      create table city (
        id integer primary key, name text not null, countrycode char(3) not null,
        district text, population integer not null);
      insert into city values (1, 'Dobric', 'BGR', 'Varna', 100399)`);
    await succeeded(migrate(t, database.url));
    await isMigrated(database);
    assert.deepEqual(await database.query('select name, district from city'), [
      { name: 'Dobric', district: 'Varna' },
    ]);
    await database.query('delete from cache.outbox; update city set population = 1');
    assert.deepEqual(await database.query('select codes from cache.outbox'), [{ codes: ['BGR'] }]);
  });

  test('a migration that fails is named, and nothing of it stays', async (t) => {
    const database = await createDatabase(t, { migrated: false });
    await database.query('create view genres as select 1 as id');
    const failing = migrate(t, database.url);
    assert.equal((await failing.waitForExit(60_000)).code, 1);
    assert.match(failing.otherOutput, /^migrate: 0002_catalog\.sql: Error: .*genres/m);
    assert.doesNotMatch(failing.otherOutput, /applied 0002/);
    const [left] = await database.query(`select to_regclass('movies') as movies`);
    assert.deepEqual(left, { movies: null });
  });

  test('a wrong password is said, not waited for, and not shown', async (t) => {
    const database = await createDatabase(t, { migrated: false });
    const url = new URL(database.url);
    url.username = 'nobody_of_that_name';
    url.password = 'a%24ecret';
    const refused = migrate(t, url.href);
    assert.equal((await refused.waitForExit()).code, 1);
    assert.match(refused.otherOutput, /^migrate: .*nobody_of_that_name/m);
    assert.doesNotMatch(refused.otherOutput, /ecret/);
  });

  test('grants the listener’s login what it needs, or says which login is missing', async (t) => {
    const scope = reverseScope(t);
    const database = await createDatabase(scope, { migrated: true });
    const login = `${database.name} login`;
    const listener = new URL(database.url);
    listener.username = encodeURIComponent(login);
    const env = { LISTENER_DATABASE_URL: listener.href };
    const refused = migrate(t, database.url, env);
    assert.equal((await refused.waitForExit()).code, 1);
    assert.match(refused.otherOutput, /names the role "test_\w+ login", which does not exist/);
    assert.match(refused.otherOutput, /create role "test_\w+ login" login password/);

    await database.query(`create role "${login}" login`);
    scope.after(async () => {
      await database.query(`drop role "${login}"`);
    });
    assert.match(await succeeded(migrate(t, database.url, env)), /granted cache_listener to/);
    assert.doesNotMatch(await succeeded(migrate(t, database.url, env)), /granted/);
    const [row] = await database.query(
      `select pg_has_role($1, 'cache_listener', 'usage') as granted`,
      [login],
    );
    assert.deepEqual(row, { granted: true });
  });

  test('wrong settings are all named, with exit code 2', async (t) => {
    const refused = migrate(t, 'mysql://x', { TOPIC_NAMESPACE: 'a b', ENABLE_KAFKA: 'perhaps' });
    assert.equal((await refused.waitForExit()).code, 2);
    for (const name of ['DATABASE_URL', 'TOPIC_NAMESPACE', 'ENABLE_KAFKA']) {
      assert.match(refused.otherOutput, new RegExp(name));
    }
  });

  test('creates the topics that are missing', async (t) => {
    const database = await createDatabase(t, { migrated: true });
    const namespace = createTopicNamespace(t);
    const env = {
      ENABLE_KAFKA: 'true',
      KAFKA_BOOTSTRAP_SERVERS: servers().KAFKA_BOOTSTRAP_SERVERS,
      TOPIC_NAMESPACE: namespace,
    };
    const first = await succeeded(migrate(t, database.url, env));
    for (const topic of ['city_updates', 'city_updates.dead', 'movie_updates']) {
      assert.ok(first.includes(`created the topic ${namespace}${topic}\n`), first);
    }
    assert.equal(await succeeded(migrate(t, database.url, env)), 'migrate: ready\n');
  });
});
