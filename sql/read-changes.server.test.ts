// cache.read_other_changes, and deleting what it gave: nothing is skipped, whatever the order of
// commits, and only what was read is deleted.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { eventually } from '../test/support/eventually.ts';
import { createDatabase, type Database } from '../test/support/database.ts';
import { suiteScope } from '../test/support/scope.ts';

interface Change {
  at_ms: string;
  next_floor: string;
  incarnation: string | null;
  row_ctid: string | null;
  id: string | null;
  op: string | null;
  resource: string | null;
  codes: string[] | null;
  row_at_ms: string | null;
  dependents: unknown;
}

function insertCity(code: string): string {
  return `insert into city (name, countrycode, population) values ('X', '${code}', 1)`;
}

describe('reading changes', () => {
  const scope = suiteScope();
  let database: Database;

  async function read(
    floor = '0',
    rowsMax = 1000,
    held: (string | null)[] = [],
  ): Promise<Change[]> {
    return await database.query<Change>(
      'select * from cache.read_other_changes($1::xid8, $2, $3::bigint[])',
      [floor, rowsMax, held],
    );
  }

  const codesOf = (changes: Change[]) => changes.flatMap(({ codes }) => codes ?? []);

  async function remove(changes: Change[]): Promise<number> {
    const [row] = await database.query<{ deleted: string }>(
      'select cache.delete_changes($1::tid[], $2::bigint[]) as deleted',
      [changes.map(({ row_ctid }) => row_ctid), changes.map(({ id }) => id)],
    );
    return Number(row?.deleted);
  }

  /** Once it is `xid` or more: other tests hold back the floor of the whole server. */
  async function floorFrom(xid: bigint): Promise<string> {
    return await eventually(
      async () => {
        const floor = (await read())[0]?.next_floor ?? '0';
        return BigInt(floor) >= xid ? floor : undefined;
      },
      { what: 'the floor to reach the transaction' },
    );
  }

  async function writers(): Promise<[pg.Client, pg.Client]> {
    return [await database.connect(), await database.connect()];
  }

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
  });

  beforeEach(async () => {
    await database.query('delete from cache.outbox');
  });

  test('without visible rows there is one row with the rest', async () => {
    const [empty, ...others] = await read();
    assert.deepEqual(others, []);
    assert.ok(empty);
    const { at_ms, next_floor, ...rest } = empty;
    assert.match(at_ms, /^\d{13}$/);
    assert.match(next_floor, /^\d+$/);
    assert.deepEqual(rest, {
      incarnation: null,
      row_ctid: null,
      id: null,
      op: null,
      resource: null,
      codes: null,
      row_at_ms: null,
      dependents: null,
    });
  });

  test('rows carry what was captured, when, and where they lie', async () => {
    await database.query(`${insertCity('BGR')}; select cache.flush('city')`);
    const [codes, flush] = await read();
    assert.ok(codes && flush);
    assert.deepEqual([codes.op, codes.resource, codes.codes], ['k', 'city', ['BGR']]);
    assert.deepEqual([flush.op, flush.resource, flush.codes], ['f', 'city', null]);
    assert.match(codes.row_ctid ?? '', /^\(\d+,\d+\)$/);
    assert.ok(Number(codes.row_at_ms) <= Number(codes.at_ms));
    assert.deepEqual(codes.dependents, []);
  });

  test('the time is not later than the snapshot', async () => {
    // In a transaction that has begun a while ago, now() is older than every other clock.
    const session = await database.connect();
    await session.query('begin; select pg_sleep(0.01)');
    const { rows } = await session.query(`
      select at_ms = floor(extract(epoch from now()) * 1000) as is_now
        from cache.read_changes('0', 1)`);
    await session.query('rollback');
    assert.deepEqual(rows, [{ is_now: true }]);
  });

  test('rows come in the order of their transactions', async () => {
    const [first, second] = await writers();
    await first.query(`begin; select pg_current_xact_id()`);
    await second.query(insertCity('BBB'));
    await first.query(`${insertCity('AAA')}; commit`);
    assert.deepEqual(codesOf(await read()), ['AAA', 'BBB']);
  });

  test('a transaction that began earlier and commits later is not missed', async () => {
    const [slow, quick] = await writers();
    await slow.query(`begin; ${insertCity('SLO')}`);
    await quick.query(insertCity('QUI'));
    const first = await read();
    assert.deepEqual(codesOf(first), ['QUI']);
    await remove(first);
    await slow.query('commit');
    assert.deepEqual(codesOf(await read(first[0]?.next_floor)), ['SLO']);
  });

  test('the floor moves on when nothing older can come, and skips nothing', async () => {
    const [slow] = await writers();
    await slow.query(`begin; ${insertCity('SLO')}`);
    const { rows } = await slow.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
    const slowXid = BigInt(rows[0]?.xid ?? 0);
    await database.query(insertCity('QUI'));
    const [held] = await read();
    assert.ok(BigInt(held?.next_floor ?? 0) <= slowXid);
    await slow.query('commit');
    assert.deepEqual(codesOf(await read(held?.next_floor)), ['SLO', 'QUI']);
    await floorFrom(slowXid + 1n);
  });

  test('an incomplete read keeps its floor', async () => {
    for (const code of ['AAA', 'BBB', 'CCC']) {
      await database.query(insertCity(code));
    }
    const some = await read('5', 2);
    assert.deepEqual(codesOf(some), ['AAA', 'BBB']);
    assert.deepEqual([...new Set(some.map(({ next_floor }) => next_floor))], ['5']);
    await remove(some);
    assert.deepEqual(codesOf(await read('5', 2)), ['CCC']);
  });

  test('exactly the rows that were read are deleted', async () => {
    await database.query(insertCity('AAA'));
    const [seen] = await read();
    assert.ok(seen);
    await database.query(insertCity('BBB'));
    assert.equal(
      await remove([
        { ...seen, id: '1' },
        { ...seen, row_ctid: '(99,1)' },
      ]),
      0,
    );
    assert.equal(await remove([seen]), 1);
    assert.deepEqual(codesOf(await read()), ['BBB']);
    assert.equal(await remove([seen]), 0);
  });

  test('a row that was moved meanwhile is not deleted, and is read again', async () => {
    await database.query(`${insertCity('AAA')}; delete from cache.outbox; ${insertCity('BBB')}`);
    const seen = await read();
    await database.query('vacuum full cache.outbox');
    const moved = await read();
    assert.notEqual(moved[0]?.row_ctid, seen[0]?.row_ctid);
    assert.equal(await remove(seen), 0);
    assert.deepEqual(codesOf(moved), ['BBB']);
  });

  test('what is held is left out, and takes no room from others', async () => {
    for (const code of ['AAA', 'BBB', 'CCC', 'DDD']) await database.query(insertCity(code));
    const [first, second] = await read('0', 2);
    const held = [first?.id ?? null, second?.id ?? null];
    assert.deepEqual(codesOf(await read('0', 2, held)), ['CCC', 'DDD']);
    assert.deepEqual(codesOf(await read('0', 1, held)), ['CCC']);
    const [third, fourth] = await read('0', 2, held);
    const nothing = await read('0', 2, [...held, third?.id ?? null, fourth?.id ?? null]);
    assert.deepEqual(
      nothing.map(({ id }) => id),
      [null],
    );
  });

  test('a listener of before reads all that is visible', async () => {
    await database.query(insertCity('AAA'));
    const seen = await database.query(`select codes from cache.read_changes('0', 10)`);
    assert.deepEqual(seen, [{ codes: ['AAA'] }]);
  });

  test('dead rows below the floor are not walked over', async () => {
    const pinned = await database.connect();
    await pinned.query('begin isolation level repeatable read; select');
    await database.query(`
      insert into cache.outbox (resource, codes)
      select 'city', '{X}' from generate_series(1, 20000);
      delete from cache.outbox`);
    const [ended] = await database.query<{ xid: string }>(
      'select pg_snapshot_xmax(pg_current_snapshot())::text as xid',
    );
    const floor = await floorFrom(BigInt(ended?.xid ?? 0));
    const buffersFrom = async (start: string): Promise<number> => {
      const [row] = await database.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
        `explain (analyze, buffers, format json) select * from cache.read_changes('${start}', 9)`,
      );
      const plan = row?.['QUERY PLAN'][0].Plan;
      return (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0);
    };
    assert.ok((await buffersFrom('0')) > 100);
    assert.ok((await buffersFrom(floor)) < 100);
    await pinned.query('rollback');
  });

  test('asking for no rows is refused', async () => {
    await assert.rejects(read('0', 0), /rows_max is 0/);
  });
});
