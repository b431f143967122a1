// One published film as the JSON text that is cached, with everything its page shows.

import type { Loaded } from '../guarded-load.ts';
import { type LoadDatabase, toLoaded } from './loaded-row.ts';

export const filmColumns = `
  movies.id, title, description, year, rating, votes, duration, poster_url`;

export const filmTimeColumns = `
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
        ${filmTimeColumns}
      from movies
      where movies.id = $1 and is_published) as film
    ), 'null') as text
`;

/** The text `null` when there is no such film, or it is not published. */
export async function loadMovie(database: LoadDatabase, id: string): Promise<Loaded> {
  const [row] = await database.query({ name: 'movie', text: publishedFilm, values: [id] });
  return toLoaded(row);
}
