// The films of the package vega-datasets with their genres and directors. Genres that are there
// already, by name, are used. One transaction: an interrupted loading leaves nothing behind.

import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { copyRows } from './copy-rows.ts';
import { filmsFile, type MovieRow, toMovieRows } from './movie-rows.ts';
import { type Output, Progress } from './progress.ts';

export function readMovieRows(): MovieRow[] {
  // The package exports only its entry, which would fetch the file over the network.
  const file = new URL('../data/movies.json', import.meta.resolve('vega-datasets'));
  return toMovieRows(filmsFile.parse(JSON.parse(readFileSync(file, 'utf8'))));
}

export async function areMoviesLoaded(client: pg.Client, rows: MovieRow[]): Promise<boolean> {
  const query = 'select exists (select from movies where id = any ($1::uuid[])) as loaded';
  const result = await client.query<{ loaded: boolean }>(query, [rows.map(([id]) => id)]);
  return result.rows[0]?.loaded === true;
}

export async function loadMovies(
  client: pg.Client,
  rows: MovieRow[],
  output: Output,
): Promise<void> {
  const progress = new Progress({ output, label: 'movies', total: rows.length });
  await client.query(createStaging);
  await copyRows({ client, target: 'seed_movie', rows, progress });
  progress.end();
  for (const statement of [insertGenres, upsertPersons, upsertMovies, linkGenres, linkPersons]) {
    await client.query(statement);
  }
}

const createStaging = `
  create temp table seed_movie (
    id uuid, title text, description text, year integer, rating numeric(3, 1), votes integer,
    duration integer, genre_id uuid, genre text, director_id uuid, director text
  ) on commit drop`;

/** A film that has genres keeps them: one of them may be the seed's own, renamed since. */
const filmsWithoutGenre = `
  select * from seed_movie as film where genre is not null
  and not exists (select from movie_genres where movie_id = film.id)`;

const insertGenres = `
  insert into genres (id, name)
  select distinct genre_id, genre from (${filmsWithoutGenre}) as film
  on conflict do nothing`;

const upsertPersons = `
  insert into persons as old (id, full_name)
  select distinct director_id, director from seed_movie where director is not null
  on conflict (id) do update set full_name = excluded.full_name
    where old.full_name is distinct from excluded.full_name`;

const upsertMovies = `
  insert into movies as old (id, title, description, year, rating, votes, duration, is_published)
  select id, title, description, year, rating, votes, duration, true from seed_movie
  on conflict (id) do update
    set title = excluded.title, description = excluded.description, year = excluded.year,
      rating = excluded.rating, votes = excluded.votes, duration = excluded.duration,
      is_published = true, updated_at = now()
    where (old.title, old.description, old.year, old.rating, old.votes, old.duration,
        old.is_published)
      is distinct from (excluded.title, excluded.description, excluded.year, excluded.rating,
        excluded.votes, excluded.duration, true)`;

const linkGenres = `
  insert into movie_genres (movie_id, genre_id)
  select film.id, coalesce(genres.id, film.genre_id)
  from (${filmsWithoutGenre}) as film left join genres on genres.name = film.genre`;

const linkPersons = `
  insert into movie_persons (movie_id, person_id, role)
  select id, director_id, 'director' from seed_movie where director is not null
  on conflict do nothing`;
