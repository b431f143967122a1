// One published film as the JSON text that is cached, with everything its page shows.

import type { Loaded } from '../guarded-load.ts';
import { filmColumns, filmTimeColumns } from './film-columns.ts';
import { type LoadDatabase, toLoaded } from './loaded-row.ts';
import { jsonArray, jsonObject, loadStatement } from './statement.ts';

const genres = `
  select genres.id, genres.name
    from movie_genres join genres on genres.id = genre_id where movie_id = movies.id`;

const persons = `
  select persons.id, full_name, photo_url, role
    from movie_persons join persons on persons.id = person_id where movie_id = movies.id`;

/** All that the page of a film shows, of a row of movies. */
export const filmPage = `
           ${filmColumns},
           ${jsonArray(genres, 'name, id')}::json as genres,
           ${jsonArray(persons, 'role, full_name, id')}::json as persons,
           ${filmTimeColumns}`;

const publishedFilm = loadStatement(
  jsonObject(`select ${filmPage} from movies where movies.id = $1 and is_published`),
);

/** The text `null` when there is no such film, or it is not published. */
export async function loadMovie(database: LoadDatabase, id: string): Promise<Loaded> {
  const [row] = await database.query({ name: 'movie', text: publishedFilm, values: [id] });
  return toLoaded(row);
}
