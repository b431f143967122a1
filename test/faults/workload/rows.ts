// What the database holds, as cells of the model: to learn how a transaction ended, what a crash
// took back, and whether the model is right at all.

import type pg from 'pg';
import { filmCell, filmId, films, labelCell, labelId, labels, linkCell } from './names.ts';
import { parseLabelName, townCell } from './names.ts';

const allRows = `
  select 'city' as kind, countrycode as code, id::text as part, population::text as value from city
  union all
  select 'film', id::text, '', duration::text from movies where is_published
  union all
  select 'link', movie_id::text, genre_id::text, '1' from movie_genres
  union all
  select 'link', movie_id::text, person_id::text, '1' from movie_persons
  union all
  select 'label', '', '', name from genres
  union all
  select 'label', '', '', full_name from persons`;

interface Row {
  readonly kind: string;
  readonly code: string;
  readonly part: string;
  readonly value: string;
}

const filmOf = new Map(films.map((film) => [filmId(film), film]));
const labelOf = new Map(labels.map((label) => [labelId(label), label]));

/** The cells that are not absent. In one statement: as of one moment. */
export async function readRows(client: Pick<pg.Client, 'query'>): Promise<Map<string, number>> {
  const { rows } = await client.query<Row>(allRows);
  return new Map(rows.map(toCell));
}

function toCell({ kind, code, part, value }: Row): [string, number] {
  switch (kind) {
    case 'city':
      return [townCell(code, Number(part)), Number(value)];
    case 'film':
      return [filmCell(filmOf.get(code) ?? 0), Number(value)];
    case 'link':
      return [linkCell(filmOf.get(code) ?? 0, labelOf.get(part) ?? ''), 1];
    default: {
      const { label, version } = parseLabelName(value);
      return [labelCell(label), version];
    }
  }
}
