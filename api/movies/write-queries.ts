// The statements behind the writes of films, and behind what an admin reads.

import { z } from 'zod';
import { filmPage } from '../../cache/loaders/movie.ts';
import type { Row, Transaction } from '../../platform/clients/postgres.ts';

/** The columns of a film that an admin decides. */
export interface FilmColumns {
  title: string;
  description: string | null;
  year: number | null;
  rating: number | string | null;
  votes: number;
  duration: number | null;
  poster_url: string | null;
}

const filmAsText = `
  select row_to_json(film)::text as text
    from (select ${filmPage}, is_published from movies where movies.id = $1) as film
`;

/** JSON text, drafts included; null when there is no such film. */
export async function readFilm(
  database: Pick<Transaction, 'query'>,
  id: string,
): Promise<string | null> {
  const [row] = await database.query({ name: 'admin_film', text: filmAsText, values: [id] });
  return row === undefined ? null : String(row.text);
}

const lock = `
  select title, description, year, rating, votes, duration, poster_url
    from movies where id = $1 for update
`;

/** Also keeps others from linking to it until the end of the transaction. */
export async function lockFilm(transaction: Transaction, id: string): Promise<FilmColumns | null> {
  const [row] = await transaction.query({ text: lock, values: [id] });
  return row === undefined ? null : (row as unknown as FilmColumns);
}

const insert = `
  insert into movies (title, description, year, rating, votes, duration, poster_url)
  values ($1, $2, $3, $4, $5, $6, $7)
  returning id
`;

export async function insertFilm(transaction: Transaction, film: FilmColumns): Promise<string> {
  const [row] = await transaction.query({ text: insert, values: columnValues(film) });
  return String(row?.id);
}

/** A change that changes nothing leaves the row, and its time, as they are. */
const update = `
  update movies
     set title = $2, description = $3, year = $4, rating = $5, votes = $6, duration = $7,
         poster_url = $8, updated_at = now()
   where id = $1
     and ($9 or (title, description, year, rating, votes, duration, poster_url)
       is distinct from
         ($2::text, $3::text, $4::int, $5::numeric(3, 1), $6::int, $7::int, $8::text))
`;

export async function updateFilm(
  transaction: Transaction,
  id: string,
  { film, linksChanged }: { film: FilmColumns; linksChanged: boolean },
): Promise<void> {
  const values = [id, ...columnValues(film), linksChanged];
  await transaction.query({ text: update, values });
}

function columnValues(film: FilmColumns): unknown[] {
  const { title, description, year, rating, votes, duration, poster_url } = film;
  return [title, description, year, rating, votes, duration, poster_url];
}

const publish = `
  update movies set is_published = $2, updated_at = now()
   where id = $1 and is_published <> $2
`;

export async function setPublished(
  transaction: Transaction,
  id: string,
  isPublished: boolean,
): Promise<void> {
  await transaction.query({ text: publish, values: [id, isPublished] });
}

export async function deleteFilm(transaction: Transaction, id: string): Promise<void> {
  await transaction.query({ text: 'delete from movies where id = $1', values: [id] });
}

/** By any film, published or not. */
export async function isPosterShown(transaction: Transaction, posterUrl: string): Promise<boolean> {
  const text = 'select exists (select from movies where poster_url = $1) as shown';
  const [row] = await transaction.query({ text, values: [posterUrl] });
  return row?.shown === true;
}

/** In the order of the ids, so that two writers never wait for each other. */
const lockGenres = `
  select id from genres where id = any ($1::uuid[]) order by id for key share`;
const lockPersons = `
  select id from persons where id = any ($1::uuid[]) order by id for key share`;

/** Those that exist, and stay until the end of the transaction. */
export async function lockLinked(
  transaction: Transaction,
  table: 'genres' | 'persons',
  ids: readonly string[],
): Promise<Set<string>> {
  if (ids.length === 0) {
    return new Set();
  }
  const text = table === 'genres' ? lockGenres : lockPersons;
  const rows = await transaction.query({ text, values: [ids] });
  return new Set(rows.map(({ id }) => String(id)));
}

const replaceGenres = `
  with gone as (
    delete from movie_genres
     where movie_id = $1 and genre_id <> all ($2::uuid[]) returning 1),
  come as (
    insert into movie_genres (movie_id, genre_id)
    select $1, genre_id from unnest($2::uuid[]) as genre_id
    on conflict do nothing returning 1)
  select exists (select from gone) or exists (select from come) as changed
`;

/** Whether that changed anything. */
export async function linkGenres(
  transaction: Transaction,
  id: string,
  genreIds: readonly string[],
): Promise<boolean> {
  return hasChanged(await transaction.query({ text: replaceGenres, values: [id, genreIds] }));
}

const replacePersons = `
  with wanted as (select * from unnest($2::uuid[], $3::text[]) as wanted (person_id, role)),
  gone as (
    delete from movie_persons
     where movie_id = $1 and (person_id, role) not in (select * from wanted) returning 1),
  come as (
    insert into movie_persons (movie_id, person_id, role)
    select $1, person_id, role from wanted
    on conflict do nothing returning 1)
  select exists (select from gone) or exists (select from come) as changed
`;

export async function linkPersons(
  transaction: Transaction,
  id: string,
  persons: readonly { person_id: string; role: string }[],
): Promise<boolean> {
  const values = [id, persons.map(({ person_id }) => person_id), persons.map(({ role }) => role)];
  return hasChanged(await transaction.query({ text: replacePersons, values }));
}

const changedRow = z.tuple([z.object({ changed: z.boolean() })]);

function hasChanged(rows: readonly Row[]): boolean {
  return changedRow.parse(rows)[0].changed;
}
