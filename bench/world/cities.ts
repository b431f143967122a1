// The rows that are read and written: cities, a number of them per code, about 42 bytes each in an
// answer, as in the real data.

import type { Database } from '../../test/support/database.ts';

/** 0 → AAA, 1 → AAB, …: up to 17,576 codes. */
export function codeOf(index: number): string {
  const letters = [Math.floor(index / 676) % 26, Math.floor(index / 26) % 26, index % 26];
  return String.fromCharCode(...letters.map((letter) => 65 + letter));
}

export interface CitiesOptions {
  /** The number of the first code. */
  readonly from?: number;
  readonly codes: number;
  readonly perCode: number;
}

/** The cities of one code follow each other in the table, ids beginning at 1 in an empty one. */
export async function fillCities(
  database: Database,
  { from = 0, codes, perCode }: CitiesOptions,
): Promise<void> {
  await database.query(
    `insert into city (name, countrycode, population)
     select 'City ' || lpad(n::text, 4, '0'), code, 100000 + n
       from unnest($1::text[]) with ordinality as wanted (code, place)
      cross join generate_series(1, $2::integer) as n
      order by place, n`,
    [Array.from({ length: codes }, (_, index) => codeOf(from + index)), perCode],
  );
  await database.query('vacuum (analyze) city');
}
