// A film shows names of genres and people: renaming one invalidates every film that shows it, also
// when another transaction links the film at the same time.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { type CodeWatch, watchCodes } from './support/code-watch.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { suiteScope } from './support/scope.ts';

describe('messages on movie_updates', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let topic: CodeWatch['topic'];
  let codesOf: CodeWatch['codesOf'];
  let codesSince: CodeWatch['codesSince'];

  before(async () => {
    pipeline = await startPipeline(scope, { apis: 0 });
    ({ topic, codesOf, codesSince } = await watchCodes(scope, pipeline, 'movie_updates'));
  });

  /** A film, a genre and a person, not linked yet. */
  async function insertFilm(): Promise<{ movie: string; genre: string; person: string }> {
    const [movie, genre, person] = [randomUUID(), randomUUID(), randomUUID()];
    await codesOf(`
      insert into movies(id, title, is_published) values ('${movie}', 'A film', true);
      insert into genres(id, name) values ('${genre}', 'Genre ${genre}');
      insert into persons(id, full_name) values ('${person}', 'A person')`);
    return { movie, genre, person };
  }

  test('a change of the film itself names it', async () => {
    const { movie } = await insertFilm();
    assert.deepEqual(await codesOf(`update movies set rating = 9 where id = '${movie}'`), [movie]);
  });

  test('linking and unlinking a genre or a person names the film', async () => {
    const { movie, genre, person } = await insertFilm();
    const linkGenre = `insert into movie_genres values ('${movie}', '${genre}')`;
    assert.deepEqual(await codesOf(linkGenre), [movie]);
    const linkPerson = `insert into movie_persons values ('${movie}', '${person}', 'director')`;
    assert.deepEqual(await codesOf(linkPerson), [movie]);
    const unlink = `delete from movie_genres where movie_id = '${movie}'`;
    assert.deepEqual(await codesOf(unlink), [movie]);
  });

  test('renaming a genre names every film that shows it, and no other', async () => {
    const one = await insertFilm();
    const two = await insertFilm();
    await codesOf(`
      insert into movie_genres
      values ('${one.movie}', '${one.genre}'), ('${two.movie}', '${one.genre}')`);
    const codes = await codesOf(`update genres set name = 'New ' || id where id = '${one.genre}'`);
    assert.deepEqual(codes, [one.movie, two.movie].toSorted());
    assert.deepEqual(
      await codesOf(`update genres set name = 'X ' || id where id = '${two.genre}'`),
      [],
    );
  });

  test('renaming a person names every film that shows them', async () => {
    const { movie, person } = await insertFilm();
    await codesOf(`insert into movie_persons values ('${movie}', '${person}', 'actor')`);
    const rename = `update persons set full_name = 'Renamed' where id = '${person}'`;
    assert.deepEqual(await codesOf(rename), [movie]);
  });

  test('deleting a genre names the films that showed it', async () => {
    const { movie, genre } = await insertFilm();
    await codesOf(`insert into movie_genres values ('${movie}', '${genre}')`);
    assert.deepEqual(await codesOf(`delete from genres where id = '${genre}'`), [movie]);
  });

  // A person's name is in no unique index: renaming does not wait for a link to be committed.
  test('a film linked while a person is renamed is named once both are committed', async () => {
    const { movie, person } = await insertFilm();
    const linking = await pipeline.database.connect();
    await linking.query('begin');
    await linking.query(`insert into movie_persons values ('${movie}', '${person}', 'actor')`);
    const duringLink = topic.messages.length;
    // Renamed and relayed while the link is not visible: this drain can not know the film.
    await pipeline.sql(`update persons set full_name = 'Renamed' where id = '${person}'`);
    assert.deepEqual(await codesSince(duringLink), []);
    const afterRename = topic.messages.length;
    await linking.query('commit');
    assert.deepEqual(await codesSince(afterRename), [movie]);
  });

  test('a rename begun before the link and committed after it names the film', async () => {
    const { movie, person } = await insertFilm();
    const renaming = await pipeline.database.connect();
    await renaming.query('begin');
    await renaming.query(`update persons set full_name = 'Later' where id = '${person}'`);
    await pipeline.sql(`insert into movie_persons values ('${movie}', '${person}', 'actor')`);
    await codesSince(0);
    const index = topic.messages.length;
    await renaming.query('commit');
    assert.deepEqual(await codesSince(index), [movie]);
  });

  test('renaming more genres than are worth naming flushes the films', async () => {
    const insert = `insert into genres(name) select 'Bulk ' || n from generate_series(1, 10001) n`;
    assert.deepEqual(await codesOf(insert), ['*']);
  });
});
