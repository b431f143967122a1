// GET /movies: the order of films, page by page, with the links between pages; and what it refuses.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  type FilmList,
  type FilmPage,
  type ListedFilm,
  ownFilms,
  startFilmList,
  testId as id,
} from './support/film-list.ts';
import { assertProblem, toProblemAnswer } from './support/problem.ts';
import { suiteScope } from './support/scope.ts';

describe('the list of films', () => {
  const scope = suiteScope();
  let list: FilmList;
  let url: string;
  let get: FilmList['get'];

  before(async () => {
    list = await startFilmList(scope);
    ({ url, get } = list);
  });

  /** All pages, by following the links. */
  async function follow(path: string): Promise<ListedFilm[]> {
    const films: ListedFilm[] = [];
    for (let next: string | undefined = path; next !== undefined; ) {
      const address: string = new URL(next, url).href;
      const response = await fetch(address);
      films.push(...((await response.json()) as FilmPage).items);
      next = /<([^>]*)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    }
    return films;
  }

  test('/movies/search answers the same', async () => {
    const list = await get({ query: 'star', sort: '-rating', size: 3 });
    const search = await get({ query: 'star', sort: '-rating', size: 3 }, '/movies/search');
    assert.deepEqual(search.page, list.page);
    assert.equal(search.link, list.link.replaceAll('/movies?', '/movies/search?'));
  });

  const value: Record<string, (film: ListedFilm) => number | string | null> = {
    title: ({ title }) => title,
    year: ({ year }) => year,
    rating: ({ rating }) => rating,
    // As the database weighs it.
    popularity: ({ rating, votes }) =>
      rating === null ? 0 : (votes * rating + 63_000) / (votes + 10_000),
  };
  for (const [column, valueOf] of Object.entries(value)) {
    for (const down of [false, true]) {
      const sort = down ? `-${column}` : column;
      test(`sorted by ${sort}, all pages hold every film once`, async () => {
        const films = await follow(`/api/v1/movies?sort=${sort}&size=97`);
        assert.equal(films.length, 3201 + ownFilms);
        assert.equal(new Set(films.map((film) => film.id)).size, films.length);
        const values = films.map(valueOf);
        const known = values.filter((each) => each !== null);
        assert.ok(
          values.slice(known.length).every((each) => each === null),
          'unknown ones last',
        );
        assert.deepEqual(known, known.toSorted(down ? (a, b) => compare(b, a) : compare));
      });
    }
  }

  test('films that tie are always in one order', async () => {
    const twins = (sort: string) => get({ query: 'twin', year_to: 1700, sort });
    const ids = [id(16), id(17), id(18)];
    for (const sort of ['year', '-year', 'rating', '-rating', 'popularity', '-popularity']) {
      assert.deepEqual(
        (await twins(sort)).page.items.map((film) => film.id),
        ids,
        sort,
      );
    }
    const single = await Promise.all(
      [1, 2, 3].map((page) => get({ year_to: 1700, sort: '-title', size: 1, page })),
    );
    assert.deepEqual(
      single.map(({ page }) => page.items[0]?.id),
      ids.toReversed(),
    );
  });

  test('all pages of a search hold every match once', async () => {
    const films = await follow('/movies?query=the&size=50');
    const { page } = await get({ query: 'the', size: 100 });
    assert.ok(page.total > 900, String(page.total));
    assert.equal(new Set(films.map((film) => film.id)).size, page.total);
    assert.deepEqual(films.slice(0, 100), page.items);
  });

  test('the links keep the question and the address', async () => {
    const { link } = await get(
      { query: 'star é', sort: 'title', size: 5, page: 2, x: 'y' },
      '/api/v1/movies',
    );
    const kept = '/api/v1/movies?query=star+%C3%A9&sort=title&size=5';
    assert.equal(
      link,
      `<${kept}&page=1>; rel="first", <${kept}&page=1>; rel="prev", <${kept}&page=1>; rel="last"`,
    );
    const real = await get({ query: 'star', size: 5, page: 2 });
    assert.deepEqual(
      [...real.link.matchAll(/page=(\d+)>; rel="(\w+)"/g)].map(
        ([, page, name]) => `${name} ${page}`,
      ),
      ['first 1', 'prev 1', 'next 3', `last ${real.page.pages}`],
    );
  });

  const wrong: [parameters: string, mistakes: RegExp][] = [
    ['query=a&query=b', /^query: /],
    [`query=${'x'.repeat(201)}`, /^query: .*200 characters/],
    [
      `query=${'a b c d e f g h i j k l m n o p q r s t u'.replaceAll(' ', '+')}`,
      /^query: .*20 words/,
    ],
    ['genre=drama', /^genre: must be one UUID/],
    [`genre=${id(1)}&genre=${id(1)}`, /^genre: /],
    ['person=', /^person: /],
    ['year_from=MM', /^year_from: /],
    ['year_from=0', /^year_from: /],
    ['year_to=10000', /^year_to: /],
    ['year_to=1999&year_to=1999', /^year_to: /],
    ['rating_min=10.1', /^rating_min: must be one number from 0 to 10/],
    ['rating_min=-1', /^rating_min: /],
    ['rating_min=NaN', /^rating_min: /],
    ['sort=id', /^sort: must be one of title, -title/],
    ['sort=title&sort=year', /^sort: /],
    ['sort=title%20desc', /^sort: /],
    ['sort=__proto__', /^sort: /],
    [
      'genre=x&person=y&year_from=z&sort=w&page=0',
      /^genre: .*; person: .*; year_from: .*; sort: .*; page: /,
    ],
  ];
  for (const [parameters, mistakes] of wrong) {
    test(`refuses ${parameters.slice(0, 60)}`, async () => {
      for (const path of ['/movies', '/api/v1/movies/search']) {
        const answer = await toProblemAnswer(await fetch(`${url}${path}?${parameters}`));
        assert.match(assertProblem(answer, 400).detail, mistakes);
      }
    });
  }

  const strange = [
    "' or 1=1 --",
    '"; drop table movies; --',
    '.*+?^${}()|[]\\',
    "star:* & wars | !the <-> 'x'",
    '%_%',
    '$1 $$ :: @@',
    '__proto__ constructor',
    '\u202e\ufeff\u200d',
    '😀 👨‍👩‍👧‍👦',
    'e\u0301'.repeat(100),
    'İıſßﬃ',
    '\ud7ff\ue000\uffff',
    `${'a'.repeat(199)}`,
    '1e5 0x1f -1 2.5 a@b.c http://x.y/z /etc/passwd',
    '\t\n\r\u0085 \u2028',
    '\u0300\u0301',
    '½ ² ⅷ ㎯',
  ];
  for (const query of strange) {
    test(`is not upset by ${JSON.stringify(query).slice(0, 60)}`, async () => {
      const { page } = await get({ query, __proto__x: 'y', 'query[a]': 'b' });
      assert.ok(page.total >= 0);
    });
  }

  test('nothing of all this was an error of ours', () => {
    const logs = list.pipeline.apis[0]?.logs ?? [];
    assert.deepEqual(
      logs.filter(({ level }) => level === 'error' || level === 'fatal'),
      [],
    );
  });
});

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'string' && typeof b === 'string') {
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  return Number(a) - Number(b);
}
