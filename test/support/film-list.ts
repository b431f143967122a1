// GET /movies on the real films and a few of the test's own, which no real one resembles.

import assert from 'node:assert/strict';
import { loadRealFilms } from './films.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';
import type { TestScope } from './processes.ts';

export interface ListedFilm {
  id: string;
  title: string;
  year: number | null;
  rating: number | null;
  votes: number;
}

export interface FilmPage {
  items: ListedFilm[];
  total: number;
  page: number;
  size: number;
  pages: number;
  total_capped?: true;
}

export interface FilmList {
  pipeline: Pipeline;
  url: string;
  get: (
    parameters: Record<string, string | number>,
    path?: string,
  ) => Promise<{ page: FilmPage; link: string }>;
}

export const testId = (last: number) => `00000000-0000-4000-8000-${String(last).padStart(12, '0')}`;

const id = testId;

/** The published ones of the test's own, besides the real ones. */
export const ownFilms = 7;

const rows = `
  insert into persons (id, full_name) values
    ('${id(1)}', 'Zoë Quixote'), ('${id(2)}', 'Yann Zyx'), ('${id(3)}', 'Quentin Unseen');
  insert into movies (id, title, description, year, rating, votes, is_published) values
    ('${id(11)}', 'Zyxomma', 'A dragonfly, dawdling', 1801, 9, 10, true),
    ('${id(12)}', 'Zyxomma Returns', 'By night', 1802, 9, 20, true),
    ('${id(13)}', 'Return to the Zyxomma', null, 1802, null, 0, true),
    ('${id(14)}', 'Zyxommas', null, null, 3, 0, true),
    ('${id(15)}', 'Zyxomma in Secret', 'A draft', 1803, 10, 999999, false),
    ('${id(16)}', 'Twin', null, 1700, 5, 5, true),
    ('${id(17)}', 'Twin', null, 1700, 5, 5, true),
    ('${id(18)}', 'Twin', null, 1700, 5, 5, true);
  insert into movie_persons (movie_id, person_id, role) values
    ('${id(11)}', '${id(1)}', 'director'), ('${id(11)}', '${id(2)}', 'actor'),
    ('${id(12)}', '${id(1)}', 'actor'), ('${id(12)}', '${id(1)}', 'director'),
    ('${id(15)}', '${id(3)}', 'director');
  insert into genres (id, name) values ('${id(21)}', 'Odonata'), ('${id(22)}', 'Insects');
  insert into movie_genres (movie_id, genre_id) values
    ('${id(11)}', '${id(21)}'), ('${id(11)}', '${id(22)}'), ('${id(12)}', '${id(22)}'),
    ('${id(15)}', '${id(21)}')
`;

export async function startFilmList(scope: TestScope): Promise<FilmList> {
  const pipeline = await startPipeline(scope, { listeners: 0, cleaners: 0 });
  const url = (await pipeline.apis[0]?.url()) ?? '';
  await loadRealFilms(pipeline.database);
  await pipeline.sql(rows);
  return {
    pipeline,
    url,
    get: async (parameters, path = '/movies') => {
      const search = new URLSearchParams(
        Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
      );
      const response = await fetch(`${url}${path}?${search.toString()}`);
      assert.equal(response.status, 200, await response.clone().text());
      return {
        page: (await response.json()) as FilmPage,
        link: response.headers.get('link') ?? '',
      };
    },
  };
}
