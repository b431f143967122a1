// A person with their published films, newest first, and what they did in each.

import type { Loaded } from '../guarded-load.ts';
import { filmColumns, filmTimeColumns, newestFirst } from './film-columns.ts';
import { type LoadDatabase, toLoaded } from './loaded-row.ts';
import { jsonArray, jsonObject, loadStatement } from './statement.ts';

/** One entry must not grow without end; the list of films by person has pages. */
export const personFilmsMax = 500;

const credits = `
  select movie_id, array_agg(role order by role) as roles
    from movie_persons where person_id = persons.id group by movie_id`;

const films = `
  select ${filmColumns}, roles, ${filmTimeColumns}
    from (${credits}) as credit join movies on movies.id = movie_id
   where is_published order by ${newestFirst} limit ${personFilmsMax}`;

const personWithFilms = loadStatement(
  jsonObject(`
    select persons.id, full_name, photo_url, ${jsonArray(films, newestFirst)}::json as movies
      from persons where persons.id = $1`),
);

/** The text `null` when there is no such person. */
export async function loadPerson(database: LoadDatabase, id: string): Promise<Loaded> {
  const [row] = await database.query({ name: 'person', text: personWithFilms, values: [id] });
  return toLoaded(row);
}
