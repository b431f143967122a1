// What an answer of the API shows, as cells of the model: what is in it, and what is not.

import type { Change } from '../model/model.ts';
import { allTowns, countries, filmCell, filmId, films, labelCell, labels } from './names.ts';
import { linkCell, parseLabelName, townCell } from './names.ts';

/** Something that can be read. */
export interface Subject {
  readonly resource: 'city' | 'movie';
  readonly code: string;
  readonly path: string;
  /** The key of its entry in Redis. */
  readonly entryKey: string;
  /** @param data the JSON value, or null when there is no such film */
  cellsOf(data: unknown): Change[];
}

export const citySubjects: readonly Subject[] = countries.map((country) => {
  const ids = allTowns.filter(({ homes }) => homes.includes(country)).map(({ id }) => id);
  return {
    resource: 'city',
    code: country,
    path: `/cities/${country}`,
    entryKey: `cities_${country}`,
    cellsOf: (data) => townCells(country, ids, data),
  };
});

export const filmSubjects: readonly Subject[] = films.map((film) => {
  return {
    resource: 'movie',
    code: filmId(film),
    path: `/movies/${filmId(film)}`,
    entryKey: `movie_${filmId(film)}`,
    cellsOf: (data) => filmCells(film, data),
  };
});

interface TownShown {
  readonly name: string;
  readonly population: number;
}

function townCells(country: string, ids: readonly number[], data: unknown): Change[] {
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
  readonly genres: readonly { readonly name: string }[];
  readonly persons: readonly { readonly full_name: string }[];
}

function filmCells(film: number, data: unknown): Change[] {
  if (data === null) return [{ cell: filmCell(film), value: 0 }];
  const { duration, genres, persons } = data as FilmShown;
  const names = [...genres.map(({ name }) => name), ...persons.map(({ full_name }) => full_name)];
  const shown = new Map(names.map(parseLabelName).map(({ label, version }) => [label, version]));
  return [
    { cell: filmCell(film), value: duration },
    ...labels.map((label) => ({ cell: linkCell(film, label), value: Number(shown.has(label)) })),
    ...[...shown].map(([label, version]) => ({ cell: labelCell(label), value: version })),
  ];
}
