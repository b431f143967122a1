// The cities of one country as the JSON array text that is cached: biggest first.

import type { Loaded } from '../guarded-load.ts';
import { type LoadDatabase, toLoaded } from './loaded-row.ts';
import { jsonArray, loadStatement } from './statement.ts';

const citiesOfCountry = loadStatement(
  jsonArray('select name, population from city where countrycode = $1', 'population desc, name'),
);

/** @param code a country code in capitals */
export async function loadCities(database: LoadDatabase, code: string): Promise<Loaded> {
  const [row] = await database.query({
    name: 'cities_of_country',
    text: citiesOfCountry,
    values: [code],
  });
  return toLoaded(row);
}
