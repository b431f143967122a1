// The words by which films and people are found: made by the database, whatever is written.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { createDatabase, type Database } from '../test/support/database.ts';
import { suiteScope } from '../test/support/scope.ts';

describe('search words', () => {
  const scope = suiteScope();
  let database: Database;

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
  });

  const words: [text: string, words: string][] = [
    ['Amélie', 'amelie'],
    ['Ame\u0301lie', 'amelie'],
    [`Le Fabuleux destin d'Amélie`, 'le fabuleux destin d amelie'],
    [`Ocean's isn’t O'Brien`, 'oceans isnt o brien'],
    ['Face/Off: E.T. (2)', 'face off e t 2'],
    ['Łódź Straße Ærø ﬁn', 'lodz strasse aero fin'],
    ['Брат 千と千尋', 'брат 千と千尋'],
    [`'; drop -- <-> & | ! :* \\ %_ {}`, 'drop'],
    ['...', ''],
  ];

  for (const [text, expected] of words) {
    test(`the words of ${JSON.stringify(text)}`, async () => {
      const [row] = await database.query('select search_words($1) as words', [text]);
      assert.deepEqual(row, { words: expected });
    });
  }

  const patterns: [word: string, pattern: string | null][] = [
    ['Star', `'star':*`],
    ['v', `'v'`],
    ['½', `'1':* <-> '2':*`],
    [`x':*|'y`, `'x':* <-> 'y':*`],
    ['\\', null],
    ['', null],
  ];

  for (const [word, expected] of patterns) {
    test(`the pattern of ${JSON.stringify(word)}`, async () => {
      const [row] = await database.query('select search_term($1)::text as pattern', [word]);
      assert.deepEqual(row, { pattern: expected });
    });
  }

  test('a row with an endless text can be written, and is found by its beginning', async () => {
    const distinct = 'select string_agg(n::text, $1) from generate_series(1000000, 1400000) as n';
    const [film] = await database.query<{ found: boolean }>(
      `insert into movies (title, description)
         values ('Long', (${distinct}) || repeat('y', 3000000)), (repeat('x', 2500), null)
       returning search_document @@ search_term('1000001') as found`,
      [' '],
    );
    assert.equal(film?.found, true);
  });

  test('a new title is found at once, and the old one no more', async () => {
    await database.query(`insert into movies (title) values ('Old name')`);
    await database.query(`update movies set title = 'Éva' where title = 'Old name'`);
    const found = await database.query(
      `select title_words from movies where search_document @@ search_term('eva')`,
    );
    assert.deepEqual(found, [{ title_words: 'eva' }]);
  });

  test('who may not make an extension is told which one, and how', async () => {
    const bare = await createDatabase(scope, { migrated: false });
    const login = `${bare.name}_migrator`;
    await bare.query(`create role ${login}`);
    scope.after(async () => {
      await database.query(`drop role ${login}`);
    });
    const session = await bare.connect();
    await session.query(`set session authorization ${login}`);
    const migration = new URL('migrations/0035_search_words.sql', import.meta.url);
    await assert.rejects(session.query(readFileSync(migration, 'utf8')), (error: Error) => {
      assert.match(error.message, /search .* needs the extension pg_trgm: permission denied/);
      assert.ok('hint' in error);
      assert.match(String(error.hint), /as a superuser.*create extension pg_trgm/);
      return true;
    });
  });
});
