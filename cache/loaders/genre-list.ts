// Every genre, by name.

import type { Loaded } from '../guarded-load.ts';
import { type LoadDatabase, toLoaded } from './loaded-row.ts';
import { jsonArray, loadStatement } from './statement.ts';

const allGenres = loadStatement(jsonArray('select id, name from genres', 'name, id'));

export async function loadGenreList(database: LoadDatabase): Promise<Loaded> {
  const [row] = await database.query({ name: 'genre_list', text: allGenres });
  return toLoaded(row);
}
