// The SQL of a search for films, pure. A word may be found in the film's own text or in the name of
// one of its people, who are looked up in their own table: whatever was renamed is found at once.

import type { ListParameters } from './list-parameters.ts';
import { Bindings, filmsJson, filters, slice, type Statement } from './list-query.ts';
import { likelySpellings } from './search-terms.ts';
import { orderBy } from './sort-orders.ts';

/** `exact`: the word, or a longer one that begins with it. `similar`: also misspelt. */
export type Likeness = 'exact' | 'similar';

export interface Search extends ListParameters {
  /** Not empty. */
  query: string[];
}

/** More are neither counted nor sorted; who wants to see them has to say more. */
export const foundMax = 5000;

/**
 * Finds all, then sorts: its one row is `total`, which is greater than `foundMax` when there are
 * more, and `items`, which then is only some page of some films.
 */
export function searchQuery(search: Search, likeness: Likeness): Statement {
  const bindings = new Bindings();
  const terms = toTerms(search, likeness);
  const films = filters(search, bindings);
  const inText = terms.map(({ inFilm }) => inFilm).join(' and ');
  const anywhere = terms.map(({ bit, inFilm }) => `(people.terms & ${bit} <> 0 or ${inFilm})`);
  const order = search.sort ?? 'relevance';
  const { ofText, ofPeople } = relevance(search, likeness, terms);
  // Two disjoint halves, so that the second is not even begun when the first holds enough. Its
  // `offset 0` has each film looked up by its id: how few people there are, no plan can foresee.
  const text = `
    with given as materialized (${given(search, likeness, bindings)}),
    people as materialized (${people(terms)}),
    found as materialized (
      (select ${sortKeys}, ${ofText} as relevance
         from movies where ${films} and ${inText})
      union all
      (select ${sortKeys}, ${ofPeople} as relevance
         from people cross join lateral (
                select movies.* from movies where movies.id = people.movie_id and ${films} offset 0
              ) as movies
        where ${anywhere.join(' and ')} and not (${inText}))
      limit ${foundMax + 1}
    )
    select (select count(*)::integer from found) as total, ${filmsJson(`
      select movies.*
        from (select * from found
               order by ${orderBy(order, 'found')} ${slice(search, bindings)}) as found
        join movies on movies.id = found.id
       order by ${orderBy(order, 'found')}`)} as items`;
  return { text, values: bindings.values };
}

/**
 * Sorts, then finds: walks the films in their order until the page is full. For when there are so
 * many that this is soon; a relevance would not tell them apart, so the popular ones come first.
 */
export function walkQuery(search: Search, likeness: Likeness): Statement {
  const bindings = new Bindings();
  const terms = toTerms(search, likeness);
  const films = filters(search, bindings);
  const anywhere = terms.map(
    ({ bit, inFilm }) =>
      `(${inFilm} or movies.id in (select movie_id from people where terms & ${bit} <> 0))`,
  );
  const text = `
    with given as materialized (${given(search, likeness, bindings)}),
    people as materialized (${people(terms)})
    select ${filmsJson(`
      select movies.* from movies where ${films} and ${anywhere.join(' and ')}
       order by ${orderBy(search.sort ?? '-popularity', 'movies')}
       ${slice(search, bindings)}`)} as items`;
  return { text, values: bindings.values };
}

const sortKeys = 'movies.id, movies.title, movies.year, movies.rating, movies.popularity';

/** SQL about one word. */
interface Term {
  /** Names it in a set of terms. */
  bit: number;
  /** As the columns have it. */
  words: string;
  inFilm: string;
  inName: string;
  /** From 0 to 1. */
  closenessToTitle: string;
  closenessToName: string;
}

/** Shorter words have too few trigrams to tell a misspelt one from another. */
const misspeltLengthMin = 4;

/** Of `given`, where each is computed once; the plan is the same whatever the words are. */
function toTerms({ query }: Search, likeness: Likeness): Term[] {
  return query.map((term, index) => {
    const words = `(select words from given where number = ${index + 1})`;
    const pattern = `(select pattern from given where number = ${index + 1})`;
    const mayBeMisspelt = likeness === 'similar' && term.length >= misspeltLengthMin;
    const matches = (document: string, similar: string) =>
      mayBeMisspelt
        ? `(${document} @@ ${pattern} or ${words} <% ${similar})`
        : `${document} @@ ${pattern}`;
    const closeness = (document: string, similar: string) =>
      `greatest((${document} @@ ${pattern})::integer, word_similarity(${words}, ${similar}))`;
    return {
      bit: 1 << index,
      words,
      inFilm: matches('movies.search_document', 'movies.title_words'),
      inName: matches('persons.search_document', 'persons.name_words'),
      closenessToTitle: closeness('movies.search_document', 'movies.title_words'),
      closenessToName:
        likeness === 'exact' ? '1' : closeness('persons.search_document', 'persons.name_words'),
    };
  });
}

function given({ query }: Search, likeness: Likeness, bindings: Bindings): string {
  const spellings = query.map((term) =>
    likeness === 'similar' ? likelySpellings(term).join(' ') : term,
  );
  return `
    select number, search_words(word) as words,
           (select string_agg(search_term(spelling)::text, ' | ')::tsquery
              from unnest(string_to_array(spellings, ' ')) as spelling) as pattern
      from unnest(${bindings.bind(query)}::text[], ${bindings.bind(spellings)}::text[])
             with ordinality as typed (word, spellings, number)`;
}

/** The films whose people have a word in their names, and which. */
function people(terms: readonly Term[]): string {
  const named = terms.map(
    ({ bit, inName, closenessToName }) =>
      `select id, ${bit} as bit, ${closenessToName} as closeness from persons where ${inName}`,
  );
  return `
    select movie_id, bit_or(bit) as terms, round(max(closeness)::numeric, 1) as closeness
      from (${named.join(' union all ')}) as named join movie_persons on person_id = named.id
     group by movie_id`;
}

/** What films are sorted by unless something else was asked for, in either half of the found. */
function relevance({ sort }: Search, likeness: Likeness, terms: readonly Term[]) {
  if (sort !== undefined) {
    return { ofText: '0', ofPeople: '0' };
  }
  if (likeness === 'exact') {
    const ofEither = wordsInTitle(terms);
    return { ofText: ofEither, ofPeople: ofEither };
  }
  const ofText = closenessOfTitle(terms);
  return { ofText, ofPeople: `greatest(${ofText}, people.closeness)` };
}

/** A title that is the search, then titles with most of its words, whole ones counting twice. */
function wordsInTitle(terms: readonly Term[]): string {
  const parts = terms.flatMap(({ words }) => [
    `(position(' ' || ${words} in ' ' || title_words) > 0)::integer`,
    `(position(' ' || ${words} || ' ' in ' ' || title_words || ' ') > 0)::integer`,
  ]);
  const whole = terms.map(({ words }) => words).join(` || ' ' || `);
  return [...parts, `(title_words = ${whole})::integer`].join(' + ');
}

/** How near the words come to the title, in tenths. */
function closenessOfTitle(terms: readonly Term[]): string {
  const parts = terms.map(({ closenessToTitle }) => closenessToTitle);
  return `round(((${parts.join(' + ')}) / ${terms.length})::numeric, 1)`;
}
