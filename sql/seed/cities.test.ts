import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Place, toCityRows } from './cities.ts';

const countries = [{ alpha2: 'BG', alpha3: 'BGR' }];

function place(fields: Partial<Place>): Place {
  return { cityId: 727_011, name: 'Sofia', country: 'BG', population: 1_152_556, ...fields };
}

test('keeps the GeoNames number as id and names the country by three letters', () => {
  const { rows } = toCityRows([place({})], countries);
  assert.deepEqual(rows[0], [727_011, 'Sofia', 'BGR', 1_152_556]);
});

test('adds the Dobric of the walkthrough, with an id that no place has', () => {
  const { rows } = toCityRows([place({})], countries);
  assert.deepEqual(rows.slice(1), [[20_000_000, 'Dobric', 'BGR', 111_001]]);
});

test('leaves out places of no known country, and counts them', () => {
  const places = [
    place({}),
    place({ cityId: 5, country: 'AN' }),
    place({ cityId: 6, country: '' }),
  ];
  const { rows, withoutCountry } = toCityRows(places, countries);
  assert.deepEqual([rows.length, withoutCountry], [2, 2]);
});
