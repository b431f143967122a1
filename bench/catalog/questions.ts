// What people ask a catalogue of films, made from the films it holds, so that there are answers.
// The same seed asks the same.

import type { Database } from '../../test/support/database.ts';

export interface Questions {
  readonly lists: readonly string[];
  readonly filters: readonly string[];
  readonly searches: readonly string[];
}

interface Sample {
  title: string;
  year: number | null;
  genre: string | null;
  person: string | null;
  name: string | null;
}

const sorts = ['', 'title', '-title', 'year', '-year', 'rating', '-rating', '-popularity'];
const samples = 240;

export async function drawQuestions(
  database: Pick<Database, 'query'>,
  seed: number,
): Promise<Questions> {
  const films = await database.query<Sample>(
    `select title, year,
            (select genre_id from movie_genres where movie_id = movies.id limit 1) as genre,
            person.id as person, person.full_name as name
       from movies left join lateral (
              select persons.id, full_name
                from movie_persons join persons on persons.id = person_id
               where movie_id = movies.id limit 1) as person on true
      where is_published order by md5(movies.id::text || $1) limit ${samples}`,
    [String(seed)],
  );
  return {
    lists: films.map((_, index) =>
      address({ sort: sorts[index % sorts.length], page: String(1 + (index % 30)) }),
    ),
    filters: films.map((film, index) => address(filterOf(film, index))),
    searches: films.map((film, index) => address({ query: searchOf(film, index) })),
  };
}

function filterOf({ year, genre, person }: Sample, index: number) {
  const sort = sorts[index % sorts.length];
  const kinds = [
    { genre },
    { person },
    { year_from: year?.toString() ?? '1990', rating_min: '6.5' },
    { genre, year_from: '1980', year_to: '1999', rating_min: '5' },
  ];
  return { ...kinds[index % kinds.length], sort };
}

/** Words of the title, an unfinished one, a name, a word and a name; the last one misspelt. */
function searchOf({ title, name }: Sample, index: number): string {
  const words = title.split(' ');
  const word = words.toSorted((a, b) => b.length - a.length)[0] ?? title;
  const lastName = name?.split(' ').at(-1) ?? word;
  const kinds = [
    words.slice(0, 3).join(' '),
    words[0] ?? title,
    word.slice(0, 4),
    lastName,
    name ?? title,
    `${word} ${lastName}`,
    'the',
    word.length > 5 ? word.slice(0, 2) + word.slice(3) : word,
  ];
  return (kinds[index % kinds.length] ?? '').slice(0, 100);
}

function address(parameters: Record<string, string | null | undefined>): string {
  const given = Object.entries(parameters).flatMap(([name, value]): [string, string][] =>
    value ? [[name, value]] : [],
  );
  return `/movies?${new URLSearchParams(given).toString()}`;
}
