// From one record of the data set to one row of ours, pure: odd titles, dates of the wrong century
// and missing facts are settled here.

import { z } from 'zod';
import { stableUuid } from './stable-uuid.ts';

export const filmsFile = z.array(
  z.object({
    Title: z.union([z.string(), z.number()]).nullable(),
    'Release Date': z.string().nullable(),
    'Running Time min': z.number().nullable(),
    'IMDB Rating': z.number().nullable(),
    'IMDB Votes': z.number().nullable(),
    'Major Genre': z.string().nullable(),
    Director: z.string().nullable(),
    'Creative Type': z.string().nullable(),
    Source: z.string().nullable(),
    Distributor: z.string().nullable(),
  }),
);

export type Film = z.output<typeof filmsFile>[number];

/** In the order of the staging table's columns. */
export type MovieRow = [
  id: string,
  title: string,
  description: string | null,
  year: number | null,
  rating: number | null,
  votes: number,
  durationMinutes: number | null,
  genreId: string | null,
  genre: string | null,
  directorId: string | null,
  director: string | null,
];

export function toMovieRows(films: readonly Film[]): MovieRow[] {
  return films.map((film, row) => {
    const title = toTitle(film.Title);
    const genre = film['Major Genre']?.trim() || null;
    const director = film.Director?.trim() || null;
    return [
      // The row's number, because the data set holds some films twice.
      stableUuid(`movie/${row}/${title}`),
      title,
      toDescription(film),
      toYear(film['Release Date']),
      film['IMDB Rating'],
      film['IMDB Votes'] ?? 0,
      film['Running Time min'],
      genre && stableUuid(`genre/${genre}`),
      genre,
      director && stableUuid(`person/${director}`),
      director,
    ];
  });
}

/** Ten films have a title that was read as a number (300, 1408) or not at all. */
function toTitle(title: Film['Title']): string {
  const letters = Array.from(String(title ?? '').trim(), (letter) => misread[letter] ?? letter);
  return letters.join('') || 'Untitled';
}

/** Windows-1252 was once read as Mac Roman (LÈon, DÈj‡ Vu); these letters never mean themselves. */
const misread: Record<string, string> = {
  '‡': 'à',
  '·': 'á',
  '‰': 'ä',
  Ë: 'è',
  È: 'é',
  Í: 'ê',
  Î: 'ë',
  Û: 'ó',
  Ù: 'ô',
  '˘': 'ù',
  Ω: '½',
  Ö: '…',
};

/** The data set was made in 2010 and announces films up to the year after. */
const lastYear = 2011;

/** Dates had two digits for the year once: what was guessed as 2039 is Gone with the Wind. */
function toYear(releaseDate: Film['Release Date']): number | null {
  const year = Number(/\b\d{4}$/.exec(releaseDate ?? '')?.[0] ?? Number.NaN);
  if (Number.isNaN(year)) {
    return null;
  }
  return year > lastYear ? year - 100 : year;
}

function toDescription(film: Film): string | null {
  const { 'Creative Type': kind, Source: source, Distributor: distributor } = film;
  const sentences = [
    kind && source ? `${kind}, ${source.toLowerCase()}` : (kind ?? source),
    distributor && `Distributed by ${distributor}`,
  ];
  return sentences.flatMap((sentence) => (sentence ? `${sentence}.` : [])).join(' ') || null;
}
