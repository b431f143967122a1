// One page of the published films, straight from Postgres. A search that finds nothing is made once
// more, forgiving misspelt words; one that finds too many to sort is walked instead.

import type { Database } from '../database.ts';
import type { Query, Row } from '../../platform/clients/postgres.ts';
import type { ListParameters } from './list-parameters.ts';
import { listQuery } from './list-query.ts';
import { foundMax, type Likeness, type Search, searchQuery, walkQuery } from './search-query.ts';

export interface FilmPage {
  total: number;
  /** There are more than `total` says. */
  capped: boolean;
  /** JSON text. */
  items: string;
}

const nothing: FilmPage = { total: 0, capped: false, items: '[]' };

export async function listFilms(database: Database, parameters: ListParameters): Promise<FilmPage> {
  const { query } = parameters;
  if (query === undefined) {
    return toPage(await readRow(database, listQuery(parameters)));
  }
  if (query.length === 0) {
    return nothing;
  }
  const search = { ...parameters, query };
  const exact = await searchFilms(database, search, 'exact');
  return exact.total > 0 ? exact : await searchFilms(database, search, 'similar');
}

async function searchFilms(
  database: Database,
  search: Search,
  likeness: Likeness,
): Promise<FilmPage> {
  const found = toPage(await readRow(database, searchQuery(search, likeness)));
  if (found.total <= foundMax) {
    return found;
  }
  const capped = { total: foundMax, capped: true };
  if (search.page > Math.ceil(foundMax / search.size)) {
    return { ...capped, items: '[]' };
  }
  const { items } = await readRow(database, walkQuery(search, likeness));
  return { ...capped, items: String(items) };
}

async function readRow(database: Database, query: Query): Promise<Row> {
  const [row = {}] = await database.query(query);
  return row;
}

function toPage({ total, items }: Row): FilmPage {
  return { total: Number(total), capped: false, items: String(items) };
}
