// What the seed needs to know: where Postgres and the bucket are.

import { databaseUrl, s3Fields } from '../../platform/setting-fields.ts';
import { type Environment, readSettings } from '../../platform/settings.ts';
import { z } from 'zod';

const schema = z.object({ DATABASE_URL: databaseUrl, ...s3Fields });

export type SeedSettings = Readonly<z.output<typeof schema>>;

export function readSeedSettings(environment: Environment): SeedSettings {
  return readSettings(schema, environment);
}
