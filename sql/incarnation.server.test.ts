// The incarnation: known only as long as no visible commit can have been lost.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createDatabase, type Database } from '../test/support/database.ts';
import { suiteScope } from '../test/support/scope.ts';

describe('the incarnation', () => {
  const scope = suiteScope();
  let database: Database;

  async function current(): Promise<string | null> {
    const [row] = await database.query<{ incarnation: string | null }>(
      `select incarnation from cache.read_changes('0', 1)`,
    );
    return row?.incarnation ?? null;
  }

  async function renew(): Promise<string> {
    const [row] = await database.query<{ id: string }>('select cache.renew_incarnation() as id');
    return row?.id ?? '';
  }

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
  });

  test('is unknown until it is renewed, and then the same for everybody', async () => {
    assert.equal(await current(), null);
    const id = await renew();
    assert.equal(await current(), id);
    assert.deepEqual(await database.query('select id from cache.current_incarnation'), [{ id }]);
    const next = await renew();
    assert.notEqual(next, id);
    assert.equal(await current(), next);
  });

  test('is forgotten by a crash: its table is unlogged', async () => {
    const [row] = await database.query<{ kind: string }>(
      `select relpersistence as kind from pg_class where oid = 'cache.incarnation'::regclass`,
    );
    assert.equal(row?.kind, 'u');
  });

  test('is unknown after a restart, in a restored table and in a copied database', async () => {
    const lives = {
      server_started_at: `server_started_at - interval '1 second'`,
      table_oid: 'table_oid::bigint + 1',
      database_oid: 'database_oid::bigint + 1',
    };
    for (const [column, other] of Object.entries(lives)) {
      const id = await renew();
      assert.equal(await current(), id);
      await database.query(
        `update cache.incarnation set ${column} = (${other})::${
          column === 'server_started_at' ? 'timestamptz' : 'oid'
        }`,
      );
      assert.equal(await current(), null, column);
    }
  });

  test('is unknown in a database made from this one as a template', async (t) => {
    const id = await renew();
    const copy = await createDatabase(t, { migrated: true, copyOf: database });
    const stored = 'select id from cache.incarnation';
    assert.deepEqual(await copy.query(stored), [{ id }]);
    assert.deepEqual(await copy.query('select id from cache.current_incarnation'), []);
  });
});
