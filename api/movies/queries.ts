// One page of the list of published films, as JSON text that nothing has to parse again.

import { filmColumns, filmTimeColumns } from '../../cache/loaders/film-columns.ts';
import type { Database } from '../database.ts';

const publishedPage = `
  select
    (select count(*)::integer from movies where is_published) as total,
    (select coalesce(
         '[' || string_agg(
           row_to_json(film)::text, ',' order by year desc nulls last, title, id) || ']', '[]')
       from (select ${filmColumns}, ${filmTimeColumns}
               from movies
              where is_published
              order by year desc nulls last, title, id
              limit $1 offset $2) as film) as items
`;

export interface MoviePage {
  total: number;
  /** JSON text. */
  items: string;
}

export async function loadMoviePage(
  database: Database,
  { page, size }: { page: number; size: number },
): Promise<MoviePage> {
  const [row] = await database.query({
    name: 'movie_page',
    text: publishedPage,
    values: [size, (page - 1) * size],
  });
  return { total: Number(row?.total), items: String(row?.items) };
}
