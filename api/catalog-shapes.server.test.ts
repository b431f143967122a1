// What the loaders of the catalog's lists give has exactly the documented shapes.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { z } from 'zod';
import { entryLoaders } from '../cache/loaders/entry-loaders.ts';
import { onlyCode, type ResourceName } from '../contract/resources.ts';
import { createDatabase, type Database } from '../test/support/database.ts';
import { suiteScope } from '../test/support/scope.ts';
import { genrePageSchema } from './genres/routes.ts';
import { genreSchema, listedMovieSchema } from './movies/schemas.ts';
import { personPageSchema } from './persons/routes.ts';

const id = '00000000-0000-4000-8000-000000000001';
const rows = `
  insert into movies (id, title, rating, is_published) values ('${id}', 'A', 7.5, true);
  insert into genres (id, name) values ('${id}', 'Western');
  insert into persons (id, full_name) values ('${id}', 'Ann');
  insert into movie_genres values ('${id}', '${id}');
  insert into movie_persons values ('${id}', '${id}', 'director')`;

describe('the entry of', () => {
  const scope = suiteScope();
  let database: Database;

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
    await database.query(rows);
  });

  for (const [name, code, schema] of [
    ['genre', id, genrePageSchema.strict()],
    ['genre_list', onlyCode, z.array(genreSchema.strict())],
    ['movies_popular', onlyCode, z.array(listedMovieSchema.strict())],
    ['person', id, personPageSchema.strict()],
  ] as const satisfies [ResourceName, string, z.ZodType][]) {
    test(`${name} is compact, with all its fields in the documented order`, async () => {
      const query = async ({ text, values }: { text: string; values?: unknown[] }) =>
        database.query(text, values);
      const { text } = await entryLoaders[name]({ query }, code);
      assert.equal(text, JSON.stringify(schema.parse(JSON.parse(text))));
    });
  }
});
