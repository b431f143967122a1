// movies.popularity: the database computes it, whoever writes the row.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { createDatabase, type Database } from '../test/support/database.ts';
import { suiteScope } from '../test/support/scope.ts';

describe('popularity', () => {
  const scope = suiteScope();
  let database: Database;

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
  });

  beforeEach(async () => {
    await database.query('truncate movies cascade');
  });

  async function byPopularity(): Promise<Record<string, number>> {
    const rows = await database.query<{ title: string; popularity: number }>(
      'select title, popularity from movies order by popularity desc, title',
    );
    return Object.fromEntries(rows.map(({ title, popularity }) => [title, popularity]));
  }

  test('many votes count more than a few better ones, and an unrated film is last', async () => {
    await database.query(`insert into movies (title, rating, votes) values
      ('Unrated', null, 500), ('Bad', 0, 10000), ('Good', 8.3, 10000), ('New', 9.9, 0),
      ('Best of three', 10, 3)`);
    const found = await byPopularity();
    assert.deepEqual(Object.keys(found), ['Good', 'Best of three', 'New', 'Bad', 'Unrated']);
    assert.deepEqual([found.Good, found.New, found.Bad, found.Unrated], [7.3, 6.3, 3.15, 0]);
  });

  test('follows a change of rating or votes', async () => {
    await database.query(`insert into movies (title) values ('A')`);
    await database.query('update movies set rating = 7.3, votes = 10000');
    assert.deepEqual(await byPopularity(), { A: 6.8 });
  });

  test('knows the largest number of votes, and no number below none', async () => {
    await database.query(`insert into movies (title, rating, votes) values ('A', 8, 2147483647)`);
    const { A } = await byPopularity();
    assert.ok(A !== undefined && A > 7.99 && A < 8, String(A));
    await assert.rejects(database.query('update movies set votes = -1'), /movies_votes_check/);
  });
});
