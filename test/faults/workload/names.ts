// What the workload writes and reads: which countries, films and labels there are, which of them
// change all the time and which hardly ever, and what the cells of the model are called.

import type { Random } from '../random.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export const countries: readonly string[] = Array.from(
  { length: 40 },
  (_, index) => `F${letters[Math.floor(index / 10)]}${letters[index % 10]}`,
);

export const films: readonly number[] = Array.from({ length: 16 }, (_, index) => index + 1);
export const genres: readonly string[] = ['g1', 'g2', 'g3', 'g4', 'g5'];
export const persons: readonly string[] = ['p1', 'p2', 'p3', 'p4', 'p5'];
export const labels: readonly string[] = [...genres, ...persons];
/** No film is ever linked to them: they come and go. */
export const loneLabels: readonly string[] = ['g6', 'p6'];
export const everyGenre: readonly string[] = [...genres, 'g6'];
export const everyPerson: readonly string[] = [...persons, 'p6'];
export const isGenre = (label: string): boolean => label.startsWith('g');

/** What changes all the time keeps to the hot labels, so that the lists of the others can rest. */
export const labelsOf = (film: number): readonly string[] =>
  isHot(films, film) ? labels.filter((label) => /[12]$/.test(label)) : labels;

export interface Town {
  readonly id: number;
  /** Where it may be: it moves between them. */
  readonly homes: readonly string[];
}

const townsPerCountry = 3;
/** One more row in each country, which only bulk changes write. */
export const bulkIdMin = 1000;

/** Beside its own country each town may move to the next but one, hot to hot mostly. */
export const towns: readonly Town[] = countries.flatMap((country, index) =>
  Array.from({ length: townsPerCountry }, (_, number) => {
    const other = countries[(index + number + 1) % countries.length] ?? country;
    return { id: 1 + index * townsPerCountry + number, homes: [country, other] };
  }),
);

export const bulkTowns: readonly Town[] = countries.map((country, index) => {
  return { id: bulkIdMin + index, homes: [country] };
});

export const allTowns: readonly Town[] = [...towns, ...bulkTowns];

export const townCell = (country: string, id: number): string => `city/${country}/r${id}`;
export const filmCell = (film: number): string => `film/${film}`;
export const linkCell = (film: number, label: string): string => `link/${film}/${label}`;
export const labelCell = (label: string): string => `label/${label}`;

/** The film that a cell is about, and whether by a link; undefined for towns and names. */
export function filmOfCell(cell: string): { film: string; isLink: boolean } | undefined {
  const [kind, film] = cell.split('/');
  const isLink = kind === 'link';
  return isLink || kind === 'film' ? { film: filmId(Number(film)), isLink } : undefined;
}

export const filmId = (film: number): string => uuid('f', film);
export const labelId = (label: string): string =>
  uuid(isGenre(label) ? 'e' : 'd', Number(label.slice(1)));

function uuid(kind: string, number: number): string {
  return `${kind.repeat(8)}-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** 'g3 v17', and back. */
export const labelName = (label: string, version: number): string => `${label} v${version}`;
export function parseLabelName(name: string): { label: string; version: number } {
  const [label = '', version = ''] = name.split(' v');
  return { label, version: Number(version) };
}

/** Of a list that is ordered by how often its items change: hot, warm, cold. */
export interface Shares {
  readonly hot: number;
  readonly warm: number;
}

/** Writers keep mostly to the hot fifth, so that a stale entry of a cold code stays to be seen. */
export const writeShares: Shares = { hot: 0.87, warm: 0.1 };
export const readShares: Shares = { hot: 0.4, warm: 0.3 };

const hotEndOf = (items: readonly unknown[]): number => Math.ceil(items.length / 5);

export function isHot<Item>(items: readonly Item[], item: Item): boolean {
  return items.indexOf(item) < hotEndOf(items);
}

export function pickByHeat<Item>(random: Random, items: readonly Item[], shares: Shares): Item {
  const hotEnd = hotEndOf(items);
  const warmEnd = Math.ceil(items.length / 2);
  if (hotEnd === warmEnd) return random.pick(items);
  const draw = random.next();
  if (draw < shares.hot) return random.pick(items.slice(0, hotEnd));
  if (draw < shares.hot + shares.warm) return random.pick(items.slice(hotEnd, warmEnd));
  return random.pick(items.slice(warmEnd));
}
