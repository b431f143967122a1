// Which events the statements of one transaction emit, whoever runs them.

import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { createDatabase, type Database } from '../test/support/database.ts';
import { eventsBy, takeEvents } from '../test/support/events.ts';
import { suiteScope } from '../test/support/scope.ts';

const [one, two, three] = [
  '11111111-1111-4111-8111-111111111111',
  '22222222-2222-4222-8222-222222222222',
  '33333333-3333-4333-8333-333333333333',
];
const [drama, horror, someone] = [
  '6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0003',
  '6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0004',
  '44444444-4444-4444-8444-444444444444',
];

describe('events of films', () => {
  const scope = suiteScope();
  let database: Database;
  const by = (sql: string) => eventsBy(database, sql);

  before(async () => {
    database = await createDatabase(scope, { migrated: true });
  });

  /** One is published and has a genre and a person, Two is a draft with a genre. */
  beforeEach(async () => {
    await database.query(`
      truncate movies, persons cascade;
      insert into movies (id, title, year, rating, is_published)
        values ('${one}', 'One', 2001, 7.5, true), ('${two}', 'Two', null, null, false);
      insert into persons values ('${someone}', 'Someone');
      insert into movie_genres values ('${one}', '${drama}'), ('${two}', '${drama}');
      insert into movie_persons values ('${one}', '${someone}', 'cast');`);
    await database.query('truncate catalog.counter, catalog.outbox');
  });

  describe('what emits', () => {
    const emits: [title: string, sql: string, events: string[]][] = [
      ['a new draft', `insert into movies (title) values ('New')`, ['created New 1']],
      [
        'a new film that is published at once',
        `insert into movies (title, is_published) values ('New', true)`,
        ['created New 1', 'published New 2'],
      ],
      ['a changed row', `update movies set year = 1999 where title = 'One'`, ['updated One 1']],
      ['a changed title', `update movies set title = 'Uno' where year = 2001`, ['updated Uno 1']],
      [
        'a draft that is published',
        `update movies set is_published = true, updated_at = now() where title = 'Two'`,
        ['published Two 1'],
      ],
      [
        'a film that is hidden',
        `update movies set is_published = false where title = 'One'`,
        ['unpublished One 1'],
      ],
      [
        'a draft that is changed and published',
        `update movies set is_published = true, title = 'Due' where title = 'Two'`,
        ['updated Due 1', 'published Due 2'],
      ],
      [
        'a time that is all that changed',
        `update movies set updated_at = '2020-01-01' where title = 'One'`,
        ['updated One 1'],
      ],
      ['a film that is deleted', `delete from movies where title = 'One'`, ['deleted One 1']],
      ['a new link', `insert into movie_genres values ('${one}', '${horror}')`, ['updated One 1']],
      ['a link that goes', `delete from movie_persons`, ['updated One 1']],
      [
        'a link that moves to another film',
        `update movie_genres set movie_id = '${two}', genre_id = '${horror}'
          where movie_id = '${one}'`,
        ['updated One 1', 'updated Two 1'],
      ],
      [
        'a genre that is deleted, for each of its films',
        `delete from genres where id = '${drama}'; insert into genres values ('${drama}', 'Drama')`,
        ['updated One 1', 'updated Two 1'],
      ],
      ['a person who is deleted', `delete from persons`, ['updated One 1']],
      [
        'a film under another id: one that went and one that came',
        `delete from movie_genres; delete from movie_persons;
         update movies set id = '${three}' where title = 'One'`,
        ['deleted One 1', 'updated Two 1', 'created One 1', 'published One 2'],
      ],
      ['TRUNCATE, for each film', `truncate movies cascade`, ['deleted One 1', 'deleted Two 1']],
      ['TRUNCATE of links', `truncate movie_persons`, ['updated One 1']],
      [
        'TRUNCATE of genres, for each film that had one',
        `begin; create temporary table kept on commit drop as table genres;
         truncate genres cascade; insert into genres table kept; commit`,
        ['updated One 1', 'updated Two 1'],
      ],
      [
        'MERGE, for each of its ways',
        `merge into movies using (values ('One', 1), ('Two', 2), ('New', 3)) as given (title, year)
            on movies.title = given.title
          when matched and given.year = 1 then delete
          when matched then update set year = given.year
          when not matched then insert (title, year) values (given.title, given.year)`,
        ['created New 1', 'deleted One 1', 'updated Two 1'],
      ],
      [
        'an upsert, where it updates as where it inserts',
        `insert into movies (id, title) values ('${one}', 'Uno'), ('${three}', 'Three')
           on conflict (id) do update set title = excluded.title`,
        ['created Three 1', 'updated Uno 1'],
      ],
      [
        'a replica session',
        `begin; set local session_replication_role = replica;
         update movies set year = 1 where title = 'One'; commit`,
        ['updated One 1'],
      ],
    ];
    for (const [title, sql, events] of emits) {
      test(title, async () => {
        assert.deepEqual((await by(sql)).toSorted(), events.toSorted());
      });
    }
  });

  describe('what emits nothing', () => {
    const silent: [title: string, sql: string][] = [
      ['an update that changes nothing', `update movies set title = title, year = year`],
      ['an update of no rows', `update movies set year = 1 where false`],
      ['a link that stays as it is', `update movie_genres set genre_id = genre_id`],
      [
        'a link that is there already',
        `insert into movie_genres values ('${one}', '${drama}')
                                           on conflict do nothing`,
      ],
      ['a genre by itself', `update genres set name = name || '!'`],
      [
        'a film that comes and goes',
        `insert into movies (id, title) values ('${three}', 'Three');
                                      delete from movies where id = '${three}'`,
      ],
      [
        'a flag that is turned and turned back',
        `update movies set is_published = not is_published;
                                                 update movies set is_published = not is_published`,
      ],
      ['what is rolled back', `begin; update movies set year = 1; delete from movies; rollback`],
    ];
    for (const [title, sql] of silent) {
      test(title, async () => {
        assert.deepEqual(await by(sql), []);
      });
    }
  });

  describe('one transaction', () => {
    test('emits one event of a type for a film, of how it ends', async () => {
      const events = await by(`
        update movies set title = 'Uno' where id = '${one}';
        insert into movie_genres values ('${one}', '${horror}');
        delete from movie_persons where movie_id = '${one}';
        update movies set title = 'Eins', year = 1 where id = '${one}';`);
      assert.deepEqual(events, ['updated Eins 1']);
    });

    test('that makes, links and publishes a film says that it was made and published', async () => {
      const events = await by(`
        insert into movies (id, title) values ('${three}', 'Three');
        insert into movie_genres values ('${three}', '${drama}');
        update movies set is_published = true, year = 2020 where id = '${three}';`);
      assert.deepEqual(events, ['created Three 1', 'published Three 2']);
    });

    test('that changes and deletes a film says that it is gone, and nothing of links', async () => {
      const events = await by(`
        update movies set is_published = false where id = '${one}';
        insert into movie_genres values ('${one}', '${horror}');
        delete from movies where id = '${one}';`);
      assert.deepEqual(events, ['deleted One 1']);
    });

    test('that deletes a film and makes it again has changed it', async () => {
      const events = await by(`
        delete from movies where id = '${one}';
        insert into movies (id, title) values ('${one}', 'Again');`);
      assert.deepEqual(events, ['updated Again 1', 'unpublished Again 2']);
    });

    test('counts on where the film left off, also when it comes back', async () => {
      assert.deepEqual(await by(`update movies set year = 5`), ['updated One 1', 'updated Two 1']);
      assert.deepEqual(await by(`delete from movies where id = '${one}'`), ['deleted One 2']);
      const back = await by(`insert into movies (id, title) values ('${one}', 'Back')`);
      assert.deepEqual(back, ['created Back 3']);
    });

    test('that is rolled back leaves no gap', async () => {
      await by(`begin; update movies set year = 5; set constraints all immediate; rollback`);
      assert.deepEqual(await by(`update movies set year = 6 where id = '${one}'`), [
        'updated One 1',
      ]);
    });
  });

  test('the value is whole, and so are the columns that route it', async () => {
    const { startMs } = (
      await database.query<{ startMs: number }>(
        `select extract(epoch from clock_timestamp())::float * 1000 as "startMs"`,
      )
    )[0] ?? { startMs: 0 };
    await database.query(`update movies set year = 2002 where id = '${one}'`);
    const [event] = await takeEvents(database);
    assert.ok(event);
    const { timestamp, ...value } = event.payload;
    assert.deepEqual(value, {
      movie_id: one,
      action: 'updated',
      payload: { title: 'One', year: 2002, rating: 7.5 },
    });
    assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.ok(Date.parse(timestamp) >= Math.floor(startMs));
    assert.match(event.id, /^[0-9a-f-]{36}$/);
    assert.equal(
      `${event.aggregatetype} ${event.aggregateid} ${event.type}`,
      `movie ${one} updated`,
    );
  });

  test('a deleted film tells what it was', async () => {
    await database.query(`delete from movies where id = '${one}'`);
    const [event] = await takeEvents(database);
    assert.deepEqual(event?.payload.payload, { title: 'One', year: 2001, rating: 7.5 });
  });

  test('a title of any length makes a message of bounded length', async () => {
    await database.query(`update movies set title = repeat(E'\\x01', 100000) where id = '${one}'`);
    const [row] = await database.query<{ bytes: number }>(
      'select octet_length(payload::text) as bytes from catalog.outbox',
    );
    assert.ok(row !== undefined && row.bytes < 10_000, `${row?.bytes} bytes`);
  });
});
