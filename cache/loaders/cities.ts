// The cities of one country as the JSON array text that is cached: biggest first.

import type { Loaded } from '../guarded-load.ts';
import { type LoadDatabase, toLoaded } from './loaded-row.ts';

const citiesOfCountry = `
  select
    (select id from cache.current_incarnation) as incarnation,
    coalesce(
      '[' || string_agg(row_to_json(entry)::text, ',' order by population desc, name) || ']',
      '[]'
    ) as text
    from (select name, population from city where countrycode = $1) as entry
`;

/** @param code a country code in capitals */
export async function loadCities(database: LoadDatabase, code: string): Promise<Loaded> {
  const [row] = await database.query({
    name: 'cities_of_country',
    text: citiesOfCountry,
    values: [code],
  });
  return toLoaded(row);
}
