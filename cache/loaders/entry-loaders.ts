// What the entries of each resource are made of: one statement per resource, begun when it is
// called. Readers fill with it, and whoever checks an entry asks the database the same question.

import type { ResourceName } from '../../contract/resources.ts';
import type { Loaded } from '../guarded-load.ts';
import { loadCities } from './cities.ts';
import { loadGenreList } from './genre-list.ts';
import { loadGenre } from './genre.ts';
import type { LoadDatabase } from './loaded-row.ts';
import { loadMovie } from './movie.ts';
import { loadMoviesPopular } from './movies-popular.ts';
import { loadPerson } from './person.ts';

/** The code must be canonical. */
export type EntryLoader = (database: LoadDatabase, code: string) => Promise<Loaded>;

export const entryLoaders: Readonly<Record<ResourceName, EntryLoader>> = {
  city: loadCities,
  genre: loadGenre,
  genre_list: loadGenreList,
  movie: loadMovie,
  movies_popular: loadMoviesPopular,
  person: loadPerson,
};
