// What an answer about a country or a film shows, as cells of the model: what is in it, and what
// is not.

import type { Claim } from '../model/judge.ts';
import { allTowns, countries, filmCell, filmId, films, labelCell, labels } from './names.ts';
import { linkCell, parseLabelName, townCell } from './names.ts';
import { impossible, type Subject, toSubject } from './subject.ts';

export const citySubjects: readonly Subject[] = countries.map((country) => {
  const ids = allTowns.filter(({ homes }) => homes.includes(country)).map(({ id }) => id);
  return toSubject({
    resource: 'city',
    code: country,
    path: `/cities/${country}`,
    mayBeMissing: false,
    claimsOf: (data) => townCells(country, ids, data),
  });
});

export const filmSubjects: readonly Subject[] = films.map((film) =>
  toSubject({
    resource: 'movie',
    code: filmId(film),
    path: `/movies/${filmId(film)}`,
    mayBeMissing: true,
    claimsOf: (data) => filmCells(film, data),
  }),
);

interface TownShown {
  readonly name: string;
  readonly population: number;
}

function townCells(country: string, ids: readonly number[], data: unknown): Claim[] {
  const shown = new Map((data as TownShown[]).map(({ name, population }) => [name, population]));
  const cells = ids.map((id) => {
    const name = `r${id}`;
    const value = shown.get(name) ?? 0;
    shown.delete(name);
    return { cell: townCell(country, id), value };
  });
  // A town that can not be here at all.
  for (const [name, value] of shown) cells.push({ cell: `city/${country}/${name}`, value });
  return cells;
}

interface FilmShown {
  readonly duration: number;
  readonly votes: number;
}

interface FilmWithLabels extends FilmShown {
  readonly genres: readonly { readonly name: string }[];
  readonly persons: readonly { readonly full_name: string }[];
}

function filmCells(film: number, data: unknown): Claim[] {
  if (data === null) return [{ cell: filmCell(film), value: 0 }];
  const { genres, persons, ...own } = data as FilmWithLabels;
  const names = [...genres.map(({ name }) => name), ...persons.map(({ full_name }) => full_name)];
  const shown = new Map(names.map(parseLabelName).map(({ label, version }) => [label, version]));
  return [
    ...ownCells(film, own),
    ...labels.map((label) => ({ cell: linkCell(film, label), value: Number(shown.has(label)) })),
    ...[...shown].map(([label, version]) => ({ cell: labelCell(label), value: version })),
  ];
}

/** One statement wrote both: an answer that tells them apart has parts of two rows. */
export function ownCells(film: number, { duration, votes }: FilmShown): Claim[] {
  const own = { cell: filmCell(film), value: duration };
  return votes === duration ? [own] : [own, impossible(`film/${film}/votes`)];
}
