// The scripts for people without Node: install, uninstall, and both mixed with migrate. With the
// real psql too where there is one.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createDatabase, type Database } from '../test/support/database.ts';
import { changesBy, takeChanges } from '../test/support/outbox.ts';
import { runMigrate } from './run-migrate.ts';

type Script = 'install.sql' | 'uninstall.sql';
type Run = (database: Database, script: Script) => Promise<void>;

const pathOf = (script: Script) => fileURLToPath(new URL(script, import.meta.url));

/** What psql makes of a script: \ir includes a file, \set needs no server. */
function expand(path: string): string {
  return readFileSync(path, 'utf8')
    .replaceAll(/^\\set .*$/gm, '')
    .replaceAll(/^\\ir (.*)$/gm, (_, name: string) => expand(join(dirname(path), name)));
}

const withDriver: Run = async (database, script) => {
  const session = await database.connect();
  await session.query(expand(pathOf(script)));
  await session.end();
};

const withPsql: Run = async (database, script) => {
  execFileSync('psql', ['--no-psqlrc', '--quiet', '--file', pathOf(script), database.url], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
};

function hasPsql(): boolean {
  try {
    execFileSync('psql', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function migrate(database: Database): Promise<string> {
  let said = '';
  const output = { write: (text: string) => (said += text) };
  const exitCode = await runMigrate({
    environment: { DATABASE_URL: database.url, ENABLE_KAFKA: 'false' },
    output,
    errorOutput: output,
    signal: new AbortController().signal,
  });
  assert.equal(exitCode, 0, said);
  return said;
}

async function isWhole(database: Database): Promise<void> {
  assert.deepEqual(await database.query('select * from cache.audit()'), []);
  assert.deepEqual(await database.query('select cache.guard_installed() as yes'), [{ yes: true }]);
}

const watchTown = `
  create table if not exists town (code text);
  select cache.watch('town', 'town', '{code}')`;

const insertCity = `insert into city (name, countrycode, population) values ('X', 'BGR', 1)`;

for (const [name, run] of [
  ['the driver', withDriver],
  ...(hasPsql() ? [['psql', withPsql] as const] : []),
] as const) {
  describe(`install and uninstall with ${name}`, () => {
    test('installing twice in an empty database is harmless', async (t) => {
      const database = await createDatabase(t, { migrated: false });
      await run(database, 'install.sql');
      await database.query(watchTown);
      await takeChanges(database);
      await run(database, 'install.sql');
      await isWhole(database);
      assert.deepEqual(await changesBy(database, `insert into town values ('A')`), ['k town A']);
    });

    test('installing in a migrated database is harmless', async (t) => {
      const database = await createDatabase(t, { migrated: true });
      await database.query(insertCity);
      await run(database, 'install.sql');
      await isWhole(database);
      assert.deepEqual(await takeChanges(database), ['k city BGR']);
    });

    test('migrating an installed database keeps what is watched', async (t) => {
      const database = await createDatabase(t, { migrated: false });
      await run(database, 'install.sql');
      await database.query(watchTown);
      await migrate(database);
      await isWhole(database);
      assert.deepEqual(await changesBy(database, `insert into town values ('A')`), ['k town A']);
      assert.deepEqual(await changesBy(database, insertCity), ['k city BGR']);
    });

    test('uninstalling leaves the tables, and nothing of ours', async (t) => {
      const database = await createDatabase(t, { migrated: true });
      await run(database, 'uninstall.sql');
      await run(database, 'uninstall.sql');
      await database.query(insertCity);
      await database.query('alter table city add column district text; truncate city');
      const left = await database.query(`
        select 'schema' as kind from pg_namespace where nspname = 'cache'
        union all select 'trigger' from pg_trigger where tgname like 'zz\\_cache%'
        union all select 'event trigger' from pg_event_trigger
        union all select 'default privileges' from pg_default_acl`);
      assert.deepEqual(left, []);
    });

    test('what was uninstalled comes back by migrating', async (t) => {
      const database = await createDatabase(t, { migrated: true });
      await run(database, 'uninstall.sql');
      const said = await migrate(database);
      assert.doesNotMatch(said, /0001_city/);
      assert.match(said, /applied 0030_watch_city\.sql/);
      await isWhole(database);
      assert.deepEqual(await changesBy(database, insertCity), ['k city BGR']);
    });
  });
}

describe('installing without being superuser', () => {
  test('is refused with what to type, then works, without the guard and saying so', async (t) => {
    const database = await createDatabase(t, { migrated: false });
    const role = `${database.name}_owner`;
    await createDatabase(t, { migrated: true }); // so that the roles of the cluster exist
    await database.query(`
      create role ${role} createrole; grant create on database ${database.name} to ${role};
      grant create on schema public to ${role}`);
    const session = await database.connect();
    const warnings: string[] = [];
    session.on('notice', ({ severity, message = '' }) => {
      if (severity === 'WARNING') warnings.push(message);
    });
    await session.query(`set session authorization ${role}`);
    const [version] = await database.query<{ number: number }>(
      `select current_setting('server_version_num')::integer as number`,
    );
    const script = expand(pathOf('install.sql'));
    if ((version?.number ?? 0) >= 160_000) {
      await assert.rejects(session.query(script), {
        message: /may not act as the role cache_owner/,
        hint: `As a superuser: grant cache_owner to ${role} with inherit true, set true;`,
      });
      await session.query('rollback');
      await database.query(`grant cache_owner to ${role} with inherit true, set true`);
    }
    await session.query(script);
    assert.match(warnings.join(), /no DDL guard, because ".*_owner" is not superuser/);
    await session.query(watchTown);
    assert.deepEqual(await changesBy(database, `insert into town values ('A')`), ['k town A']);
    assert.deepEqual(await database.query('select * from cache.audit()'), []);
    assert.deepEqual(await database.query('select cache.guard_installed() as yes'), [
      { yes: false },
    ]);
    await session.end();
    await database.query(`drop schema cache cascade; drop owned by ${role}; drop role ${role}`);
  });
});
