import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { TransientError } from '../../platform/errors.ts';
import { Secret } from '../../platform/secret.ts';
import { createDatabase } from '../../test/support/database.ts';
import { eventually } from '../../test/support/eventually.ts';
import { reverseScope } from '../../test/support/scope.ts';
import { OutboxSource } from './outbox-source.ts';

/** A migrated database, and leaders of it that end with the test. */
async function prepare(t: TestContext) {
  const scope = reverseScope(t);
  const database = await createDatabase(scope, { migrated: true });
  const url = new Secret(database.url);
  const stopping = new AbortController();
  const stoodBy: string[] = [];
  const lead = async (name: string) => {
    const onStandby = () => void stoodBy.push(name);
    const source = await OutboxSource.lead({
      ...{ url, signal: stopping.signal, onStandby, traces: true },
    });
    scope.after(() => source.close());
    return source;
  };
  const insert = (code: string) =>
    database.query(`insert into city(name, countrycode, population) values ('Town', '${code}', 1)`);
  const outbox = () => database.query('select * from cache.outbox');
  return { database, lead, stoodBy, stopping, insert, outbox };
}

const codesOf = (changes: readonly { codes: readonly string[] | null }[]) => {
  return changes.flatMap(({ codes }) => codes ?? ['*']);
};

test('one leads; the next stands by, and leads as soon as the first is gone', async (t) => {
  const { lead, stoodBy } = await prepare(t);
  const first = await lead('first');
  const second = lead('second');
  await eventually(() => stoodBy[0], { what: 'the second to stand by' });
  first.close();
  assert.equal((await (await second).read(10)).complete, true);
  assert.deepEqual(new Set(stoodBy), new Set(['second']));
});

test('who stands by can be stopped', async (t) => {
  const { lead, stoodBy, stopping } = await prepare(t);
  await lead('first');
  const rejected = assert.rejects(lead('second'), { code: 'listener_stopping' });
  await eventually(() => stoodBy[0], { what: 'the second to stand by' });
  stopping.abort();
  await rejected;
});

test('a read sees all that is committed, and names a time that it vouches for', async (t) => {
  const { database, lead, insert } = await prepare(t);
  const source = await lead('leader');
  await insert('BGR');
  await insert('ROU');
  const [clock] = await database.query<{ ms: string }>(
    'select floor(extract(epoch from clock_timestamp()) * 1000)::text as ms',
  );
  const { changes, complete, atMs } = await source.read(10);
  assert.deepEqual(codesOf(changes), ['BGR', 'ROU']);
  assert.equal(complete, true);
  assert.ok(atMs >= Number(clock?.ms));
});

test('a read that is full does not claim to have seen all', async (t) => {
  const { lead, insert } = await prepare(t);
  const source = await lead('leader');
  await insert('BGR');
  await insert('ROU');
  assert.equal((await source.read(1)).complete, false);
  assert.equal((await source.read(2)).complete, false);
  assert.equal((await source.read(3)).complete, true);
});

test('exactly the rows that were read are deleted', async (t) => {
  const { lead, insert, outbox } = await prepare(t);
  const source = await lead('leader');
  await insert('BGR');
  const { changes } = await source.read(10);
  await insert('ROU');
  await source.delete(changes);
  assert.deepEqual(codesOf((await source.read(10)).changes), ['ROU']);
  assert.equal((await outbox()).length, 1);
});

test('a row that was moved before it could be deleted is read again', async (t) => {
  const { database, lead, insert, outbox } = await prepare(t);
  const source = await lead('leader');
  await insert('BGR');
  const first = await source.read(10);
  await source.delete(first.changes);
  await insert('ROU');
  const second = await source.read(10);
  await database.query('vacuum full cache.outbox');
  await source.delete(second.changes);
  assert.equal((await outbox()).length, 1);
  const third = await source.read(10);
  assert.deepEqual(codesOf(third.changes), ['ROU']);
  await source.delete(third.changes);
  assert.deepEqual(await outbox(), []);
});

test('what is held is not read again', async (t) => {
  const { lead, insert } = await prepare(t);
  const source = await lead('leader');
  await insert('BGR');
  await insert('ROU');
  const { changes } = await source.read(1);
  assert.deepEqual(codesOf((await source.read(10, changes)).changes), ['ROU']);
});

test('a transaction that commits late is seen though later ones were read before', async (t) => {
  const { database, lead, insert } = await prepare(t);
  const source = await lead('leader');
  const slow = await database.connect();
  await slow.query('begin');
  await slow.query(`insert into city(name, countrycode, population) values ('Slow', 'HUN', 1)`);
  await insert('BGR');
  const early = await source.read(10);
  assert.deepEqual(codesOf(early.changes), ['BGR']);
  await slow.query('commit');
  await source.delete(early.changes);
  assert.deepEqual(codesOf((await source.read(10)).changes), ['HUN']);
});

test('while it is parked a writer rings, and after that none does', async (t) => {
  const { database, lead, insert } = await prepare(t);
  const source = await lead('leader');
  const heard: string[] = [];
  const ear = await database.connect();
  ear.on('notification', ({ payload }) => void heard.push(payload ?? ''));
  await ear.query('listen city_updates');
  await insert('ROU');
  assert.equal(await source.tryPark(), true);
  assert.equal(source.isParked, true);
  await insert('BGR');
  await eventually(() => heard[0], { what: 'the ring' });
  await source.unpark();
  assert.equal(source.isParked, false);
  await insert('HUN');
  await database.query(`notify city_updates, 'last'`);
  await eventually(() => heard.includes('last') || undefined, { what: 'the sentinel' });
  assert.deepEqual(heard, ['BGR', 'last']);
});

test('an incarnation that Postgres forgot is null until it is renewed', async (t) => {
  const { database, lead } = await prepare(t);
  const source = await lead('leader');
  await database.query('truncate cache.incarnation');
  assert.equal((await source.read(10)).incarnation, null);
  await source.renewIncarnation();
  const { incarnation } = await source.read(10);
  assert.match(incarnation ?? '', /^[0-9a-f-]{36}$/);
  assert.equal((await source.read(10)).incarnation, incarnation);
});

test('a leader that lost its session is told at its next word', async (t) => {
  const { database, lead } = await prepare(t);
  const source = await lead('leader');
  await source.ping();
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'cinesync-listener'`,
  );
  await assert.rejects(source.ping(), (error) => error instanceof TransientError);
});
