// Published films as JSON text: one with everything its page shows, and a page of the list. Both
// say what is compact and final here, so that nothing has to parse it again.

import type { Loaded } from '../../cache/guarded-load.ts';
import type { Database } from '../database.ts';
import { toLoaded } from '../loaded-row.ts';

const filmColumns = `
  movies.id, title, description, year, rating, duration, poster_url`;

const timeColumns = `
  to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at,
  to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as updated_at`;

const publishedFilm = `
  select
    (select id from cache.current_incarnation) as incarnation,
    coalesce((
    select row_to_json(film)::text
    from (
      select ${filmColumns},
        (select coalesce(
             '[' || string_agg(row_to_json(genre)::text, ',' order by name, id) || ']', '[]')::json
           from (select genres.id, genres.name
                   from movie_genres
                   join genres on genres.id = genre_id
                  where movie_id = movies.id) as genre) as genres,
        (select coalesce(
             '[' || string_agg(row_to_json(person)::text, ',' order by role, full_name, id) || ']',
             '[]')::json
           from (select persons.id, full_name, photo_url, role
                   from movie_persons
                   join persons on persons.id = person_id
                  where movie_id = movies.id) as person) as persons,
        ${timeColumns}
      from movies
      where movies.id = $1 and is_published) as film
    ), 'null') as text
`;

const publishedPage = `
  select
    (select count(*)::integer from movies where is_published) as total,
    (select coalesce(
         '[' || string_agg(
           row_to_json(film)::text, ',' order by year desc nulls last, title, id) || ']', '[]')
       from (select ${filmColumns}, ${timeColumns}
               from movies
              where is_published
              order by year desc nulls last, title, id
              limit $1 offset $2) as film) as items
`;

/** The text `null` when there is no such film, or it is not published. */
export async function loadMovie(database: Database, id: string): Promise<Loaded> {
  const [row] = await database.query({ name: 'movie', text: publishedFilm, values: [id] });
  return toLoaded(row);
}

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
