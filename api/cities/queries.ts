// The cities of one country as the JSON array text that is cached: biggest first.

import type { Database } from '../database.ts';

const citiesOfCountry = `
  select coalesce(
      '[' || string_agg(row_to_json(entry)::text, ',' order by population desc, name) || ']',
      '[]'
    ) as text
    from (select name, population from city where countrycode = $1) as entry
`;

/** @param code a country code in capitals */
export async function loadCities(database: Database, code: string): Promise<string> {
  const [row] = await database.query({
    name: 'cities_of_country',
    text: citiesOfCountry,
    values: [code],
  });
  return String(row?.text);
}
