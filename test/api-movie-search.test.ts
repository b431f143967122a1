// GET /movies with a query: what is found, by which words, and what never is.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type FilmList, startFilmList, testId as id } from './support/film-list.ts';
import { suiteScope } from './support/scope.ts';

describe('the search for films', () => {
  const scope = suiteScope();
  let list: FilmList;

  before(async () => {
    list = await startFilmList(scope);
  });

  async function titles(parameters: Record<string, string | number>): Promise<string[]> {
    const { page } = await list.get({ size: 100, ...parameters });
    assert.equal(page.total, page.items.length);
    return page.items.map(({ title }) => title);
  }

  const zyxomma = ['Zyxomma', 'Zyxomma Returns', 'Return to the Zyxomma', 'Zyxommas'];

  const found: [what: string, parameters: Record<string, string>, titles: string[]][] = [
    ['a title, and the ones that have it in them', { query: 'zyxomma' }, zyxomma],
    [
      'the beginning of a word',
      { query: 'zyxom' },
      ['Zyxomma Returns', 'Zyxomma', 'Zyxommas', 'Return to the Zyxomma'],
    ],
    ['a word of the description', { query: 'dawdling' }, ['Zyxomma']],
    ['words of title and description', { query: 'DAWD zyx dragon' }, ['Zyxomma']],
    ['a person by the last name', { query: 'quixote' }, ['Zyxomma Returns', 'Zyxomma']],
    ['a person without the accent', { query: 'zoe quixote' }, ['Zyxomma Returns', 'Zyxomma']],
    ['a word of the title and a person', { query: 'returns quixote' }, ['Zyxomma Returns']],
    ['two people of one film', { query: 'yann zoe' }, ['Zyxomma']],
    ['a misspelt title', { query: 'zyxoma retruns' }, ['Zyxomma Returns']],
    ['a misspelt person', { query: 'quixotte' }, ['Zyxomma Returns', 'Zyxomma']],
    ['a misspelt title and a person', { query: 'zyxoma yann' }, ['Zyxomma']],
    ['all of a genre', { genre: id(22) }, ['Zyxomma Returns', 'Zyxomma']],
    ['all of a person', { person: id(1) }, ['Zyxomma Returns', 'Zyxomma']],
    ['a person in a genre', { person: id(2), genre: id(22) }, ['Zyxomma']],
    [
      'years',
      { year_from: '1801', year_to: '1802' },
      ['Return to the Zyxomma', 'Zyxomma Returns', 'Zyxomma'],
    ],
    ['a search in a genre', { query: 'zyxomma', genre: id(21) }, ['Zyxomma']],
    ['a search among years', { query: 'zyxomma', year_to: '1801' }, ['Zyxomma']],
    [
      'a search among the best',
      { query: 'zyxomma', rating_min: '8.9' },
      ['Zyxomma', 'Zyxomma Returns'],
    ],
    [
      'everything at once',
      {
        query: 'quixote',
        genre: id(22),
        person: id(1),
        year_from: '1802',
        year_to: '1802',
        rating_min: '9',
      },
      ['Zyxomma Returns'],
    ],
    [
      'a search, sorted',
      { query: 'zyxomma', sort: 'year' },
      ['Zyxomma', 'Return to the Zyxomma', 'Zyxomma Returns', 'Zyxommas'],
    ],
    ['no draft, by its title', { query: 'zyxomma secret' }, []],
    ['no draft, by its description', { query: 'draft zyxomma' }, []],
    ['no draft, by its person', { query: 'unseen quentin' }, []],
    ['no draft, by its year', { year_from: '1803', year_to: '1803' }, []],
    ['no draft, of its person', { person: id(3) }, []],
    ['nothing of an unknown genre', { genre: id(99) }, []],
    ['nothing between years that cross', { year_from: '1802', year_to: '1801' }, []],
    ['nothing without a word', { query: "';--" }, []],
    ['a short word as it is', { query: 'v vendetta' }, ['V for Vendetta']],
    ['the real Amélie', { query: 'amelie' }, [`Le Fabuleux destin d'Amélie Poulain`]],
  ];
  for (const [what, parameters, expected] of found) {
    test(`finds ${what}: ${JSON.stringify(parameters)}`, async () => {
      assert.deepEqual(await titles(parameters), expected);
    });
  }

  test('a misspelt word of the real films finds the right one first', async () => {
    for (const [query, title] of [
      ['godfahter', 'The Godfather'],
      ['termnator', 'Terminator 2: Judgment Day'],
      ['speilberg', `Schindler's List`],
      ['schindlers list', `Schindler's List`],
    ] as const) {
      const { page } = await list.get({ query });
      assert.equal(page.items[0]?.title, title, query);
    }
  });

  test('a film that is unpublished is gone, and back when it is published', async () => {
    const change = (published: boolean) =>
      list.pipeline.sql(`update movies set is_published = ${published} where id = '${id(14)}'`);
    assert.deepEqual(await titles({ query: 'zyxommas' }), ['Zyxommas']);
    await change(false);
    assert.ok(!(await titles({ query: 'zyxomma' })).includes('Zyxommas'));
    await change(true);
    assert.deepEqual(await titles({ query: 'zyxommas' }), ['Zyxommas']);
  });

  test('a person who is renamed is found by the new name only', async () => {
    const rename = (name: string) =>
      list.pipeline.sql(`update persons set full_name = '${name}' where id = '${id(2)}'`);
    await rename('Wolfgang Amadeus');
    assert.deepEqual(await titles({ query: 'zyxomma amadeus' }), ['Zyxomma']);
    assert.ok(!(await titles({ query: 'yann' })).includes('Zyxomma'));
    await rename('Yann Zyx');
  });
});
