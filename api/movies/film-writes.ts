// What happens in the transaction of each write of a film. The row is locked first, so that the
// ETag that is compared, and the one that is answered, are those of this very moment.

import type { Transaction } from '../../platform/clients/postgres.ts';
import { InvalidBody, type Mistake, Problem } from '../problem.ts';
import { assertMatch, entityTag } from '../writes/entity-tag.ts';
import type { Made } from '../writes/idempotency.ts';
import {
  deleteFilm,
  type FilmColumns,
  insertFilm,
  linkGenres,
  linkPersons,
  lockFilm,
  lockLinked,
  readFilm,
  setPublished,
  updateFilm,
} from './write-queries.ts';
import type { FilmPatch, FilmToMake } from './write-schemas.ts';

export interface FilmChange {
  id: string;
  /** What the change is based on, as If-Match says it. */
  ifMatch: string | undefined;
}

const noFilm = 'There is no film with this id.';

const blank = {
  description: null,
  year: null,
  rating: null,
  votes: 0,
  duration: null,
  poster_url: null,
};

export async function makeFilm(transaction: Transaction, film: FilmToMake): Promise<Made> {
  await assertLinkedExist(transaction, film);
  const id = await insertFilm(transaction, { ...blank, ...columnsOf(film), title: film.title });
  await replaceLinks(transaction, id, film);
  return await currentFilm(transaction, id);
}

/** The film as it is now, and the address of the poster that it had before. */
export interface ChangedFilm {
  made: Made;
  oldPosterUrl: string | null;
}

/** A merge patch (RFC 7396). */
export async function changeFilm(
  transaction: Transaction,
  change: FilmChange,
  patch: FilmPatch,
): Promise<ChangedFilm> {
  const film = await lockSeen(transaction, change);
  await assertLinkedExist(transaction, patch);
  const linksChanged = await replaceLinks(transaction, change.id, patch);
  const merged = { ...film, ...columnsOf(patch) };
  await updateFilm(transaction, change.id, { film: merged, linksChanged });
  return { made: await currentFilm(transaction, change.id), oldPosterUrl: film.poster_url };
}

export async function publishFilm(
  transaction: Transaction,
  change: FilmChange,
  isPublished: boolean,
): Promise<Made> {
  await lockSeen(transaction, change);
  await setPublished(transaction, change.id, isPublished);
  return await currentFilm(transaction, change.id);
}

/** What it was. */
export async function removeFilm(
  transaction: Transaction,
  change: FilmChange,
): Promise<FilmColumns> {
  const film = await lockSeen(transaction, change);
  await deleteFilm(transaction, change.id);
  return film;
}

export async function changePoster(
  transaction: Transaction,
  change: FilmChange,
  posterUrl: string,
): Promise<ChangedFilm> {
  const film = await lockSeen(transaction, change);
  const changed = { ...film, poster_url: posterUrl };
  await updateFilm(transaction, change.id, { film: changed, linksChanged: false });
  return { made: await currentFilm(transaction, change.id), oldPosterUrl: film.poster_url };
}

/** An answer that shows it; null when there is none. */
export function filmAnswer(id: string, text: string | null): Made {
  if (text === null) {
    throw new Problem(404, noFilm);
  }
  return { id, text: `{"source":"database","data":${text}}`, etag: entityTag(text) };
}

async function currentFilm(transaction: Transaction, id: string): Promise<Made> {
  return filmAnswer(id, await readFilm(transaction, id));
}

/** @throws Problem when there is no such film, or another version of it. */
export async function lockSeen(
  transaction: Transaction,
  { id, ifMatch }: FilmChange,
): Promise<FilmColumns> {
  const film = await lockFilm(transaction, id);
  if (film === null) {
    throw new Problem(404, noFilm);
  }
  assertMatch(ifMatch, (await currentFilm(transaction, id)).etag);
  return film;
}

/** Those that are named, without the links. */
function columnsOf(film: FilmPatch): Partial<FilmColumns> {
  const named = Object.entries(film).filter(
    ([name, value]) => name in { ...blank, title: '' } && value !== undefined,
  );
  return Object.fromEntries(named) as Partial<FilmColumns>;
}

async function assertLinkedExist(transaction: Transaction, film: FilmPatch): Promise<void> {
  const genreIds = film.genre_ids ?? [];
  const personIds = (film.persons ?? []).map(({ person_id }) => person_id);
  const genres = await lockLinked(transaction, 'genres', genreIds);
  const persons = await lockLinked(transaction, 'persons', personIds);
  const mistakes: Mistake[] = [
    ...genreIds.flatMap((id, index) =>
      genres.has(id) ? [] : [{ pointer: `/genre_ids/${index}`, detail: 'there is no such genre' }],
    ),
    ...personIds.flatMap((id, index) => {
      const pointer = `/persons/${index}/person_id`;
      return persons.has(id) ? [] : [{ pointer, detail: 'there is no such person' }];
    }),
  ];
  if (mistakes.length > 0) {
    throw new InvalidBody(mistakes);
  }
}

/** Whether that changed anything; what is not named stays. */
async function replaceLinks(
  transaction: Transaction,
  id: string,
  { genre_ids, persons }: FilmPatch,
): Promise<boolean> {
  const genresChanged =
    genre_ids !== undefined && (await linkGenres(transaction, id, genre_ids ?? []));
  const personsChanged =
    persons !== undefined && (await linkPersons(transaction, id, persons ?? []));
  return genresChanged || personsChanged;
}
