// Link tables: what references and cascades do to films, and tables that feed two resources.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { createDatabase, type Database } from '../test/support/database.ts';
import { changesBy } from '../test/support/outbox.ts';
import { suiteScope } from '../test/support/scope.ts';

const [one, two] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
const [drama, horror] = [
  '6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0003',
  '6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0004',
];
const person = '33333333-3333-4333-8333-333333333333';

describe('capture of links', () => {
  const scope = suiteScope();
  let database: Database;
  const by = async (sql: string) => [...new Set(await changesBy(database, sql))].toSorted();

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
    await database.query(`
      create table room (id integer primary key);
      create table guest (id integer primary key);
      create table stay (
        room_id integer references room on update cascade on delete cascade,
        guest_id integer references guest on update cascade on delete set null);
      select cache.watch('room', 'room', '{id}');
      select cache.watch('stay', 'room', '{room_id}');
      select cache.watch('stay', 'guest', '{guest_id}');`);
  });

  beforeEach(async () => {
    await database.query(`
      truncate movies cascade; truncate persons cascade; truncate room, guest, stay;
      insert into movies (id, title) values ('${one}', 'One'), ('${two}', 'Two');
      insert into persons values ('${person}', 'Someone');
      insert into room values (1), (2); insert into guest values (7), (8);
      insert into stay values (1, 7), (2, 8);`);
  });

  test('a link that is made, moved or removed names both of its ends', async () => {
    assert.deepEqual(await by(`insert into movie_genres values ('${one}', '${drama}')`), [
      `k genre ${drama}`,
      `k movie ${one}`,
    ]);
    assert.deepEqual(await by(`update movie_genres set genre_id = '${horror}'`), [
      `k genre ${drama},${horror}`,
      `k movie ${one}`,
    ]);
    assert.deepEqual(await by(`update movie_genres set movie_id = '${two}'`), [
      `k genre ${horror}`,
      `k movie ${one},${two}`,
    ]);
    assert.deepEqual(await by(`delete from movie_genres`), [`k genre ${horror}`, `k movie ${two}`]);
    assert.deepEqual(await by(`insert into movie_persons values ('${two}', '${person}', 'cast')`), [
      `k movie ${two}`,
      `k person ${person}`,
    ]);
  });

  test('deleting a genre names it and, by the cascade, its films', async () => {
    await database.query(`
      insert into genres values ('44444444-4444-4444-8444-444444444444', 'Noir');
      insert into movie_genres values ('${one}', '44444444-4444-4444-8444-444444444444')`);
    assert.deepEqual(await by(`delete from genres where name = 'Noir'`), [
      'k genre 44444444-4444-4444-8444-444444444444',
      'k genre_name 44444444-4444-4444-8444-444444444444',
      `k movie ${one}`,
    ]);
  });

  test('TRUNCATE … CASCADE flushes every resource it reaches', async () => {
    assert.deepEqual(await by('truncate genres cascade'), ['f genre', 'f genre_name', 'f movie']);
  });

  test('one row of a table with two resources names both', async () => {
    assert.deepEqual(await by('insert into stay values (1, 8)'), ['k guest 8', 'k room 1']);
    assert.deepEqual(await by('update stay set guest_id = 7 where room_id = 2'), [
      'k guest 7,8',
      'k room 2',
    ]);
  });

  test('a cascading key change names old and new of both tables', async () => {
    assert.deepEqual(await by('update room set id = 5 where id = 1'), ['k guest 7', 'k room 1,5']);
    assert.deepEqual(await by('update guest set id = 9 where id = 8'), ['k guest 8,9', 'k room 2']);
  });

  test('a cascading set null names what it leaves', async () => {
    assert.deepEqual(await by('delete from guest where id = 7'), ['k guest 7', 'k room 1']);
  });
});
