// The most popular published films, by the popularity that the database computes.

import type { Loaded } from '../guarded-load.ts';
import { filmColumns, filmTimeColumns } from './film-columns.ts';
import { type LoadDatabase, toLoaded } from './loaded-row.ts';
import { jsonArrayOf, loadStatement } from './statement.ts';

export const popularFilmsMax = 20;

const ranked = `
  select movies.id as film_id, popularity from movies where is_published
   order by popularity desc, title, id limit ${popularFilmsMax}`;

const film = `select ${filmColumns}, ${filmTimeColumns} from movies where movies.id = film_id`;

const popularFilms = loadStatement(
  jsonArrayOf(
    `(${ranked}) as ranked cross join lateral (${film}) as item`,
    'popularity desc, title, id',
  ),
);

export async function loadMoviesPopular(database: LoadDatabase): Promise<Loaded> {
  const [row] = await database.query({ name: 'movies_popular', text: popularFilms });
  return toLoaded(row);
}
