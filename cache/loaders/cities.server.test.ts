import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDatabase } from '../../test/support/database.ts';
import { loadCities } from './cities.ts';

test('a country is one compact array, biggest city first', async (t) => {
  const { pool, query } = await createDatabase(t, { migrated: true });
  await query(`insert into city (name, countrycode, population) values
    ('B', 'BGR', 5), ('A', 'BGR', 5), ('Big', 'BGR', 9), ('Elsewhere', 'ROU', 1)`);
  const database = {
    query: async (asked: { text: string; values?: unknown[] }) => (await pool.query(asked)).rows,
  };
  assert.equal(
    (await loadCities(database, 'BGR')).text,
    '[{"name":"Big","population":9},{"name":"A","population":5},{"name":"B","population":5}]',
  );
  assert.equal((await loadCities(database, 'XXX')).text, '[]');
});
