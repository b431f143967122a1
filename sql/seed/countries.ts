// The countries of the world, from the package world-countries: the cities name them by two
// letters (BG), everything of ours by three (BGR).

import { createRequire } from 'node:module';
import { z } from 'zod';

export interface Country {
  alpha2: string;
  alpha3: string;
}

const countriesFile = z.array(
  z
    .object({ cca2: z.string().regex(/^[A-Z]{2}$/), cca3: z.string().regex(/^[A-Z]{3}$/) })
    .transform(({ cca2, cca3 }): Country => ({ alpha2: cca2, alpha3: cca3 })),
);

export function readCountries(): Country[] {
  return countriesFile.parse(createRequire(import.meta.url)('world-countries/countries.json'));
}
