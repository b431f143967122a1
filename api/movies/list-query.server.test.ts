// Every statement that a list can become, over the real films and twice as many generated ones:
// none reads a table from end to end.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { PostgresPool, type Query } from '../../platform/clients/postgres.ts';
import { createLogger } from '../../platform/logger.ts';
import { Secret } from '../../platform/secret.ts';
import { createDatabase, type Database } from '../../test/support/database.ts';
import { generateFilms, loadRealFilms } from '../../test/support/films.ts';
import { suiteScope } from '../../test/support/scope.ts';
import { type ListParameters, listParameters } from './list-parameters.ts';
import { listQuery } from './list-query.ts';
import { listSessionSettings } from './list-session.ts';
import { type Likeness, searchQuery, walkQuery } from './search-query.ts';
import { sorts } from './sort-orders.ts';

const likenesses: readonly Likeness[] = ['exact', 'similar'];

describe('the plans of lists', () => {
  const scope = suiteScope();
  let database: Database;
  let pool: PostgresPool;
  let filters: Record<string, string>[];

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
    await loadRealFilms(database);
    await generateFilms(database, { films: 6000, persons: 2000 });
    pool = poolOf({ sessionSettings: listSessionSettings });
    const [genre] = await database.query<{ id: string }>('select id from genres limit 1');
    const [person] = await database.query<{ id: string }>('select id from persons limit 1');
    filters = subsets({
      genre: genre?.id ?? '',
      person: person?.id ?? '',
      year_from: '1990',
      year_to: '2005',
      rating_min: '6.5',
    });
    assert.equal(filters.length, 32);
  });

  function poolOf(options: { sessionSettings: Record<string, string> }): PostgresPool {
    const made = new PostgresPool({
      url: new Secret(database.url),
      applicationName: 'plans',
      connectionsMax: 1,
      queryTimeoutMs: 60_000,
      statementTimeoutMs: 55_000,
      logger: createLogger({ process: 'test', level: 'fatal' }),
      ...options,
    });
    scope.after(async () => made.end());
    return made;
  }

  /** The tables that the plan reads from end to end. */
  async function scannedTables({ text, values }: Query, asked = pool): Promise<unknown[]> {
    const rows = await asked.query({ text: `explain (format json) ${text}`, values: values ?? [] });
    const found: unknown[] = [];
    JSON.stringify(rows, (_key, node: unknown) => {
      if (isSequentialScan(node)) {
        found.push(node['Relation Name']);
      }
      return node;
    });
    return found;
  }

  async function assertIndexed(given: Record<string, string>): Promise<number> {
    const statements = statementsOf(listParameters.parse(given));
    for (const statement of statements) {
      assert.deepEqual(await scannedTables(statement), [], JSON.stringify(given) + statement.text);
    }
    return statements.length;
  }

  for (const sort of [undefined, ...sorts]) {
    const title = sort === undefined ? 'without a sort' : `sorted by ${sort}`;
    test(`every list ${title} and every search uses indexes, whatever the filters`, async () => {
      let statements = 0;
      for (const filter of filters) {
        const list = { ...filter, ...(sort && { sort }) };
        statements += await assertIndexed(list);
        statements += await assertIndexed({ ...list, query: 'godfather of' });
      }
      assert.equal(statements, 32 * (1 + 2 * likenesses.length));
    });
  }

  test('so do searches for the commonest words, for the rarest, and for many', async () => {
    const many = 'one two three four five six seven eight nine ten a b c d e f g h i j';
    for (const query of ['the', 'distributed', 'qxyzzy', 'a', many]) {
      await assertIndexed({ query });
      await assertIndexed({ query, sort: 'title', year_from: '1930' });
    }
  });

  test('a page far down uses indexes', async () => {
    await assertIndexed({ page: '90', size: '100' });
    await assertIndexed({ page: '90', size: '100', sort: '-rating' });
  });

  test('a plan that reads a whole table is found out', async () => {
    const withoutIndexes = poolOf({
      sessionSettings: {
        enable_indexscan: 'off',
        enable_indexonlyscan: 'off',
        enable_bitmapscan: 'off',
      },
    });
    const everything = listQuery(listParameters.parse({}));
    assert.deepEqual(await scannedTables(everything, withoutIndexes), ['movies', 'movies']);
  });
});

function statementsOf(parameters: ListParameters): Query[] {
  const { query } = parameters;
  if (query === undefined) {
    return [listQuery(parameters)];
  }
  const search = { ...parameters, query };
  return likenesses.flatMap((likeness) => [
    searchQuery(search, likeness),
    walkQuery(search, likeness),
  ]);
}

function subsets(all: Record<string, string>): Record<string, string>[] {
  return Object.entries(all).reduce<Record<string, string>[]>(
    (some, [name, value]) => some.flatMap((subset) => [subset, { ...subset, [name]: value }]),
    [{}],
  );
}

function isSequentialScan(node: unknown): node is { 'Relation Name': string } {
  return (
    typeof node === 'object' &&
    node !== null &&
    'Node Type' in node &&
    node['Node Type'] === 'Seq Scan'
  );
}
