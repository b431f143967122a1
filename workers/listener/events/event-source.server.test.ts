import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Secret } from '../../../platform/secret.ts';
import { createDatabase, type Database } from '../../../test/support/database.ts';
import { suiteScope } from '../../../test/support/scope.ts';
import { EventSource } from './event-source.ts';

describe('the source of events', () => {
  const scope = suiteScope();
  let database: Database;
  let source: EventSource;

  beforeEach(async () => {
    database ??= await createDatabase(scope, { migrated: true });
    source?.close();
    source = await EventSource.open(new Secret(database.url));
    await database.query('truncate movies cascade');
    await database.query('truncate catalog.outbox');
  });

  test('reads in order, no more than asked for, and deletes exactly what it is told', async () => {
    await database.query('alter sequence catalog.outbox_number_seq restart with 9');
    for (const title of ['One', 'Two', 'Three']) {
      await database.query('insert into movies (title) values ($1)', [title]);
    }
    const events = await source.read(2);
    const titles = events.map(({ value }) => (JSON.parse(value) as Value).payload.title);
    assert.deepEqual(titles, ['One', 'Two']);
    assert.deepEqual(
      events.map(({ number, type, sequence }) => `${number} ${type} ${sequence}`),
      ['9 created 1', '10 created 1'],
    );
    await source.delete(events.slice(1));
    const left = await source.read(10);
    assert.deepEqual(
      left.map(({ number }) => number),
      ['9', '11'],
    );
    assert.equal(left[0]?.id, events[0]?.id, 'the same again, under the same id');
  });

  test('gives a transaction that commits late, whatever was read before', async () => {
    const late = await database.connect();
    await late.query(`begin; insert into movies (title) values ('Late')`);
    await database.query(`insert into movies (title) values ('Early')`);
    await source.delete(await source.read(10));
    await late.query('commit');
    const [event] = await source.read(10);
    assert.match(event?.value ?? '', /Late/);
  });

  test('gives nothing that a crash could take back', async () => {
    const hasty = await database.connect();
    await hasty.query('set synchronous_commit = off');
    await hasty.query(`insert into movies (title) values ('Hasty')`);
    const { rows } = await hasty.query<{ lsn: string }>(
      'select pg_current_wal_insert_lsn() as lsn',
    );
    assert.equal((await source.read(10)).length, 1);
    const [row] = await database.query('select pg_current_wal_flush_lsn() >= $1::pg_lsn as ok', [
      rows[0]?.lsn,
    ]);
    assert.deepEqual(row, { ok: true });
  });

  test('forgets what has waited for too long, and nothing younger', async () => {
    await database.query(`insert into movies (title) select 'Film' from generate_series(1, 12000)`);
    await database.query(`update catalog.outbox set created_at = now() - interval '3 hours'`);
    await database.query(`insert into movies (title) values ('Young')`);
    assert.equal(await source.expire(4), 0);
    assert.equal((await source.backlog()).waiting, 12_001);
    assert.equal(await source.expire(2), 12_000);
    const { waiting, oldestSeconds } = await source.backlog();
    assert.equal(waiting, 1);
    assert.ok(oldestSeconds < 3600);
  });

  test('tells of triggers that are not as they should be', async () => {
    assert.deepEqual(await source.audit(), []);
    await database.query('alter table movies disable trigger zz_catalog_insert');
    const found = [{ table: 'public.movies', problem: 'trigger zz_catalog_insert is disabled' }];
    assert.deepEqual(await source.audit(), found);
  });
});

interface Value {
  payload: { title: string };
}
