// What the caching arms read on a miss.

import pg from 'pg';
import { setting } from './arm.ts';

export interface City {
  name: string;
  population: number;
}

const pool = new pg.Pool({ connectionString: setting('DATABASE_URL'), max: 10 });

/** bigint comes as text; the real numbers are far below where a number loses digits. */
export async function readCities(code: string): Promise<City[]> {
  const { rows } = await pool.query<{ name: string; population: string }>(
    `select name, population from city where countrycode = $1 order by population desc, name`,
    [code],
  );
  return rows.map(({ name, population }) => ({ name, population: Number(population) }));
}
