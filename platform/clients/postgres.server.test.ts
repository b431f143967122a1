import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createDatabase } from '../../test/support/database.ts';
import { eventually } from '../../test/support/eventually.ts';
import { reverseScope } from '../../test/support/scope.ts';
import { startTcpProxy } from '../../test/support/tcp-proxy.ts';
import { TransientError } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { Secret } from '../secret.ts';
import { PostgresPool, type PostgresOptions, PostgresSession } from './postgres.ts';

const timeouts = { queryTimeoutMs: 60_000, statementTimeoutMs: 50_000 };

/** A database of the test's own, and the options of a client that reaches it through a proxy. */
async function prepare(t: TestContext, changes: Partial<PostgresOptions> = {}) {
  const scope = reverseScope(t);
  const database = await createDatabase(scope, { migrated: false });
  const proxy = await startTcpProxy(scope, database.url);
  const url = new Secret(proxy.through(database.url));
  const options = { url, applicationName: 'cinesync-test', ...timeouts, ...changes };
  const endBackends = () => {
    return database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'cinesync-test'`,
    );
  };
  return { scope, database, proxy, options, endBackends };
}

async function openSession(t: TestContext, changes: Partial<PostgresOptions> = {}) {
  const prepared = await prepare(t, changes);
  const session = await PostgresSession.open(prepared.options);
  prepared.scope.after(() => session.destroy());
  return { ...prepared, session };
}

async function openPool(t: TestContext, changes: Partial<PostgresOptions> = {}) {
  const prepared = await prepare(t, changes);
  const logger = createLogger({ process: 'test', level: 'silent' });
  const warnings: string[] = [];
  t.mock.method(logger, 'warn', ({ event }: { event: string }) => void warnings.push(event));
  const pool = new PostgresPool({ ...prepared.options, connectionsMax: 1, logger });
  prepared.scope.after(() => pool.end());
  const pid = async () => (await pool.query({ text: 'select pg_backend_pid() as pid' }))[0]?.pid;
  return { ...prepared, pool, pid, warnings };
}

const isTransient = (error: unknown) => error instanceof TransientError;
const isFinal = (code: string) => (error: unknown) => {
  return !isTransient(error) && (error as { code?: string }).code === code;
};

test('a session keeps its settings and its locks on one connection', async (t) => {
  const { session } = await openSession(t);
  await session.query({ text: `select set_config('my.word', 'kept', false)` });
  const [row] = await session.query({
    text: `select current_setting('my.word') as word, $1::int as number,
                  current_setting('application_name') as name`,
    values: [7],
  });
  assert.deepEqual({ ...row }, { word: 'kept', number: 7, name: 'cinesync-test' });
});

test('a session whose backend ends rejects what runs, and everything from then on', async (t) => {
  const { session, endBackends } = await openSession(t);
  const rejected = assert.rejects(session.query({ text: 'select pg_sleep(60)' }), isTransient);
  await endBackends();
  await rejected;
  for (let time = 0; time < 2; time += 1) {
    await assert.rejects(session.query({ text: 'select 1' }), isTransient);
  }
});

test('a session that lost its backend while it was idle rejects', async (t) => {
  const { session, endBackends } = await openSession(t);
  await endBackends();
  await assert.rejects(session.query({ text: 'select 1' }), isTransient);
});

test('a session whose network fell silent is given up', async (t) => {
  const { session, proxy } = await openSession(t, { queryTimeoutMs: 100 });
  proxy.silence();
  for (let time = 0; time < 2; time += 1) {
    await assert.rejects(session.query({ text: 'select 1' }), isTransient);
  }
});

test('a session that waited too long for an answer is not used for another', async (t) => {
  const { session, database } = await openSession(t, { queryTimeoutMs: 100 });
  const blocker = await database.connect();
  await blocker.query('select pg_advisory_lock(7)');
  await assert.rejects(session.query({ text: 'select pg_advisory_lock(7)' }), isTransient);
  await blocker.query('select pg_advisory_unlock(7)');
  await assert.rejects(session.query({ text: 'select 1' }), isTransient);
});

test('a session that is destroyed frees its locks at once', async (t) => {
  const { session, database } = await openSession(t);
  await session.query({ text: 'select pg_advisory_lock(7)' });
  session.destroy();
  const waiting = await database.query('select 1 as free from pg_advisory_lock(7)');
  assert.deepEqual(
    waiting.map((row) => ({ ...row })),
    [{ free: 1 }],
  );
  await assert.rejects(session.query({ text: 'select 1' }), isTransient);
});

test('a server that is away is tried again, a database that is not there is not', async (t) => {
  const { options, proxy, database } = await prepare(t);
  const missing = database.url.replace(database.name, 'no_such_database');
  await assert.rejects(
    PostgresSession.open({ ...options, url: new Secret(missing) }),
    isFinal('3D000'),
  );
  await proxy.cut();
  await assert.rejects(PostgresSession.open(options), {
    code: 'postgres_unreachable',
    message: /^Postgres: .*ECONNREFUSED/,
  });
});

const answers: [title: string, text: string, check: (error: unknown) => boolean][] = [
  ['a statement over its time limit is tried again', 'select pg_sleep(60)', isTransient],
  [
    'a lock that is not free in time is tried again',
    `set local lock_timeout = '10ms'; select pg_advisory_lock(7)`,
    isTransient,
  ],
  ['a mistake in a statement is a fault', 'select from nowhere', isFinal('42P01')],
  ['a constraint is a fault', `do $$ begin raise unique_violation; end $$`, isFinal('23505')],
];
for (const [title, text, check] of answers) {
  test(`${title}, and leaves the session usable`, async (t) => {
    const { session, database } = await openSession(t, { statementTimeoutMs: 500 });
    const blocker = await database.connect();
    await blocker.query('select pg_advisory_lock(7)');
    await assert.rejects(session.query({ text }), check);
    assert.equal((await session.query({ text: 'select 1' })).length, 1);
  });
}

test('a pool replaces a connection that the server ended, and says so', async (t) => {
  const { pid, endBackends, warnings } = await openPool(t);
  const before = await pid();
  await endBackends();
  await eventually(() => warnings[0], { what: 'the loss to be noticed' });
  assert.deepEqual(warnings, ['postgres.connection_lost']);
  assert.notEqual(await pid(), before);
});

test('a pool never trusts a connection that failed to answer in time', async (t) => {
  const { pool, pid } = await openPool(t, { queryTimeoutMs: 200 });
  const before = await pid();
  await assert.rejects(pool.query({ text: 'select pg_sleep(60)' }), isTransient);
  assert.notEqual(await pid(), before);
});

test('a pool tells faults from what passes, like a session', async (t) => {
  const { pool, proxy } = await openPool(t, { statementTimeoutMs: 100 });
  await assert.rejects(pool.query({ text: 'select pg_sleep(60)' }), isTransient);
  await assert.rejects(pool.query({ text: 'select from nowhere' }), isFinal('42P01'));
  await proxy.cut();
  await assert.rejects(pool.query({ text: 'select 1' }), isTransient);
  await proxy.open();
  assert.equal((await pool.query({ text: 'select $1::int as n', values: [7] }))[0]?.n, 7);
});

test('a pool leaves a connection whose prepared statements have become impossible', async (t) => {
  const { pool, pid, database } = await openPool(t);
  await database.query('create table thing (name text); insert into thing values (1)');
  const everything = { name: 'everything', text: 'select * from thing' };
  await pool.query(everything);
  const before = await pid();
  await database.query('alter table thing add column price integer');
  await assert.rejects(pool.query(everything), isTransient);
  assert.notEqual(await pid(), before);
  assert.equal((await pool.query(everything)).length, 1);
});

test('a pool that is renewed connects anew, and lets what runs or waits be answered', async (t) => {
  const { pool, pid, database } = await openPool(t);
  const before = await pid();
  const blocker = await database.connect();
  await blocker.query('select pg_advisory_lock(7)');
  const running = pool.query({ text: 'select pg_backend_pid() as pid, pg_advisory_lock(7)' });
  const waiting = pid();
  pool.renew();
  assert.notEqual(await pid(), before);
  await blocker.query('select pg_advisory_unlock(7)');
  assert.equal((await running)[0]?.pid, before);
  assert.equal(await waiting, before);
  const old = `select from pg_stat_activity where pid = ${String(before)}`;
  await eventually(async () => (await database.query(old)).length === 0 || undefined, {
    what: 'the old connection to be closed',
  });
});
