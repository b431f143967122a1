// From parameters to SQL, pure: the statements of a list of films without a search, and what those
// of a search (search-query.ts) share with them. Only $1, $2, … stand for what a client sent.

import { filmColumns, filmTimeColumns } from '../../cache/loaders/film-columns.ts';
import type { ListParameters } from './list-parameters.ts';
import { orderBy } from './sort-orders.ts';

export interface Statement {
  text: string;
  values: unknown[];
}

/** The values of one statement, in the order of their numbers. */
export class Bindings {
  readonly values: unknown[] = [];

  /** Its place in the text. */
  bind(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

/** Its one row is `total` and `items`, the JSON text of one page. */
export function listQuery(parameters: ListParameters): Statement {
  const bindings = new Bindings();
  const films = `movies where ${filters(parameters, bindings)}`;
  const order = orderBy(parameters.sort ?? '-year', 'movies');
  const page = `select movies.* from ${films} order by ${order} ${slice(parameters, bindings)}`;
  const text = `
    select (select count(*)::integer from ${films}) as total,
      ${filmsJson(page)} as items`;
  return { text, values: bindings.values };
}

/** Conditions on `movies`: what everybody may see, and of that what was asked for. */
export function filters(parameters: ListParameters, bindings: Bindings): string {
  const { genre, person, year_from, year_to, rating_min } = parameters;
  const conditions = [
    'movies.is_published',
    genre && `movies.id in (${linkedTo('genre', bindings.bind(genre))})`,
    person && `movies.id in (${linkedTo('person', bindings.bind(person))})`,
    year_from !== undefined && `movies.year >= ${bindings.bind(year_from)}`,
    year_to !== undefined && `movies.year <= ${bindings.bind(year_to)}`,
    rating_min !== undefined && `movies.rating >= ${bindings.bind(rating_min)}`,
  ];
  return conditions.filter((condition) => typeof condition === 'string').join(' and ');
}

function linkedTo(what: 'genre' | 'person', id: string): string {
  return `select movie_id from movie_${what}s where ${what}_id = ${id}`;
}

export function slice({ page, size }: ListParameters, bindings: Bindings): string {
  return `limit ${bindings.bind(size)} offset ${bindings.bind((page - 1) * size)}`;
}

/** An expression: the JSON array, as text, of rows of movies in their order. */
export function filmsJson(rows: string): string {
  return `'[' || array_to_string(array(
      select row_to_json(film)::text
        from (select ${filmColumns}, ${filmTimeColumns} from (${rows}) as movies) as film
    ), ',') || ']'`;
}
