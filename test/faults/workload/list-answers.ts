// What the answers that list films or genres show, as cells of the model: who is in the list, who
// is not, under which name, with which values, and in which order.

import { onlyCode } from '../../../contract/resources.ts';
import type { Claim } from '../model/judge.ts';
import { ownCells } from './answers.ts';
import { everyGenre, everyPerson, filmCell, filmId, films, labelCell, labelId } from './names.ts';
import { linkCell, parseLabelName } from './names.ts';
import { impossible, type Subject, toSubject } from './subject.ts';

interface ListedFilm {
  readonly id: string;
  readonly duration: number;
  readonly votes: number;
}

export const genreSubjects: readonly Subject[] = everyGenre.map((genre) =>
  toSubject({
    resource: 'genre',
    code: labelId(genre),
    path: `/genres/${labelId(genre)}/movies`,
    mayBeMissing: true,
    claimsOf: (data) => genreClaims(genre, data),
  }),
);

export const personSubjects: readonly Subject[] = everyPerson.map((person) =>
  toSubject({
    resource: 'person',
    code: labelId(person),
    path: `/persons/${labelId(person)}`,
    mayBeMissing: true,
    claimsOf: (data) => personClaims(person, data),
  }),
);

export const popularSubject: Subject = toSubject({
  resource: 'movies_popular',
  code: onlyCode,
  path: '/movies/popular',
  mayBeMissing: false,
  claimsOf: popularClaims,
});

export const genreListSubject: Subject = toSubject({
  resource: 'genre_list',
  code: onlyCode,
  path: '/genres',
  mayBeMissing: false,
  claimsOf: genreListClaims,
});

interface GenrePage {
  readonly name: string;
  readonly items: readonly ListedFilm[];
  readonly total: number;
}

/** All films fit on the first page. */
function genreClaims(genre: string, data: unknown): Claim[] {
  if (data === null) return [{ cell: labelCell(genre), value: 0 }];
  const { name, items, total } = data as GenrePage;
  const claims = [nameClaim(genre, name), ...filmsOfLabel(genre, items)];
  return total === items.length ? claims : [...claims, impossible(`${genre}/total`)];
}

interface PersonPage {
  readonly full_name: string;
  readonly movies: readonly (ListedFilm & { readonly roles: readonly string[] })[];
}

function personClaims(person: string, data: unknown): Claim[] {
  if (data === null) return [{ cell: labelCell(person), value: 0 }];
  const { full_name: name, movies } = data as PersonPage;
  const claims = [nameClaim(person, name), ...filmsOfLabel(person, movies)];
  const hasRoles = movies.every(({ roles }) => roles.join() === 'cast');
  return hasRoles ? claims : [...claims, impossible(`${person}/roles`)];
}

function nameClaim(expected: string, name: string): Claim {
  const { label, version } = parseLabelName(name);
  return label === expected ? { cell: labelCell(label), value: version } : impossible(name);
}

/** Neither year nor title tells these films apart: they come by id. */
function filmsOfLabel(label: string, items: readonly ListedFilm[]): Claim[] {
  return [
    ...filmClaims(
      items,
      (film) => [{ cell: linkCell(film, label), value: 1 }],
      (film) => ({
        // Not there, or not linked.
        ...{ cell: filmCell(film), value: 0 },
        or: { cell: linkCell(film, label), value: 0 },
      }),
    ),
    ...orderClaims(`${label}/order`, items, (one, next) => one.id < next.id),
  ];
}

/** One rating for all: the more votes, the more popular. */
function popularClaims(data: unknown): Claim[] {
  const items = data as ListedFilm[];
  return [
    ...filmClaims(
      items,
      () => [],
      (film) => ({ cell: filmCell(film), value: 0 }),
    ),
    ...orderClaims('popular/order', items, (one, next) => one.votes > next.votes),
  ];
}

function genreListClaims(data: unknown): Claim[] {
  const names = (data as { name: string }[]).map(({ name }) => parseLabelName(name));
  const shown = new Map(names.map(({ label, version }) => [label, version]));
  const strangers = names.filter(({ label }) => !everyGenre.includes(label));
  return [
    ...everyGenre.map((genre) => ({ cell: labelCell(genre), value: shown.get(genre) ?? 0 })),
    ...strangers.map(({ label }) => impossible(`genres/${label}`)),
    ...orderClaims('genres/order', names, (one, next) => one.label < next.label),
  ];
}

const filmOf = new Map(films.map((film) => [filmId(film), film]));

/** Of each film that is listed its own cells and more; of each other one why it is not. */
function filmClaims(
  items: readonly ListedFilm[],
  ofListed: (film: number) => Claim[],
  ofOther: (film: number) => Claim,
): Claim[] {
  const listed = new Map(items.map((item) => [filmOf.get(item.id), item]));
  return [
    ...films.flatMap((film) => {
      const item = listed.get(film);
      return item === undefined ? [ofOther(film)] : [...ownCells(film, item), ...ofListed(film)];
    }),
    ...items.filter(({ id }) => !filmOf.has(id)).map(({ id }) => impossible(`film/${id}`)),
  ];
}

/** Also says that nothing is listed twice. */
function orderClaims<Item>(
  what: string,
  items: readonly Item[],
  isBefore: (one: Item, next: Item) => boolean,
): Claim[] {
  const inOrder = items.every((item, index) => {
    const next = items[index + 1];
    return next === undefined || isBefore(item, next);
  });
  return inOrder ? [] : [impossible(what)];
}
