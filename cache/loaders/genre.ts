// A genre with one page of its published films. The first page of the usual size is what is cached;
// others are loaded by the same statement.

import type { Loaded } from '../guarded-load.ts';
import { filmColumns, filmTimeColumns, newestFirst } from './film-columns.ts';
import { type LoadDatabase, toLoaded } from './loaded-row.ts';
import { jsonArray, jsonObject, loadStatement } from './statement.ts';

export interface PageAsked {
  readonly page: number;
  readonly size: number;
}

export const firstPage: PageAsked = { page: 1, size: 20 };

const filmsOfGenre = `
  movie_genres join movies on movies.id = movie_id
  where genre_id = $1 and is_published`;

const filmsOfPage = `
  select ${filmColumns}, ${filmTimeColumns} from ${filmsOfGenre}
   order by ${newestFirst} limit $3 offset ($2 - 1) * $3`;

const genrePage = loadStatement(
  jsonObject(`
    select genres.id, genres.name, ${jsonArray(filmsOfPage, newestFirst)}::json as items,
           total, $2 as page, $3 as size, ceil(total / $3::numeric)::integer as pages
      from genres cross join (select count(*)::integer as total from ${filmsOfGenre}) as counted
     where genres.id = $1`),
);

/** The text `null` when there is no such genre. */
export async function loadGenrePage(
  database: LoadDatabase,
  id: string,
  { page, size }: PageAsked,
): Promise<Loaded> {
  const values = [id, page, size];
  const [row] = await database.query({ name: 'genre_page', text: genrePage, values });
  return toLoaded(row);
}

export async function loadGenre(database: LoadDatabase, id: string): Promise<Loaded> {
  return await loadGenrePage(database, id, firstPage);
}
