// Which answers of the catalog a change makes void: rules, dependencies, and what they rest on.

import type { Mutant } from './mutant.ts';

const names = 'sql/migrations/0033_watch_names.sql';
const lists = 'sql/migrations/0034_watch_lists.sql';
const alone = 'sql/migrations/0026_depend_only.sql';
const watchTest = 'sql/watch-catalog.server.test.ts';
const dependsTest = 'sql/depends.server.test.ts';

const ofAFilm = 'of a film, a new rating: the film, its genres and people, the popular films';
const ofTheCatalog = 'changes of the catalog';

export const catalogMutants: readonly Mutant[] = [
  {
    name: 'a genre does not hear of its films',
    file: lists,
    find: `select genre_id from movie_genres where movie_id = any ($1::uuid[])`,
    replace: `select genre_id from movie_genres where genre_id = any ($1::uuid[])`,
    auditedAfter: ofTheCatalog,
    caughtBy: { test: watchTest, title: ofAFilm },
  },
  {
    name: 'a person does not hear of their films',
    file: lists,
    find: `select person_id from movie_persons where movie_id = any ($1::uuid[])`,
    replace: `select person_id from movie_persons where person_id = any ($1::uuid[])`,
    auditedAfter: ofTheCatalog,
    caughtBy: { test: watchTest, title: ofAFilm },
  },
  {
    name: 'popular films hear of cities',
    file: lists,
    find: `'movies_popular', on_resource => 'movie'`,
    replace: `'movies_popular', on_resource => 'city'`,
    auditedAfter: ofTheCatalog,
    caughtBy: { test: watchTest, title: ofAFilm },
  },
  {
    name: 'the list of genres hears of cities',
    file: lists,
    find: `'genre_list', on_resource => 'genre_name'`,
    replace: `'genre_list', on_resource => 'city'`,
    auditedAfter: ofTheCatalog,
    caughtBy: {
      test: watchTest,
      title: 'a renamed genre: itself, the list, its films, and no other genre',
    },
  },
  {
    name: 'a link names its film to the genres',
    file: lists,
    find: `columns => '{genre_id}'`,
    replace: `columns => '{movie_id}'`,
    caughtBy: {
      test: watchTest,
      title: 'a link that goes: also the genre that does not show the film any more',
    },
  },
  {
    name: 'a link names its film to the persons',
    file: lists,
    find: `columns => '{person_id}'`,
    replace: `columns => '{movie_id}'`,
    caughtBy: {
      test: watchTest,
      title: 'a link that is turned to another genre, or another film: old and new',
    },
  },
  {
    name: 'films hear of genres, not of their names',
    file: names,
    find: `depends('movie', on_resource => 'genre_name'`,
    replace: `depends('movie', on_resource => 'genre'`,
    caughtBy: {
      test: watchTest,
      title: 'a renamed genre: itself, the list, its films, and no other genre',
    },
  },
  {
    name: 'films hear of persons, not of their names',
    file: names,
    find: `depends('movie', on_resource => 'person_name'`,
    replace: `depends('movie', on_resource => 'person'`,
    caughtBy: {
      test: watchTest,
      title: 'a person’s name or photo: the person and their films',
    },
  },
  {
    name: 'what is made of others alone is a finding of the audit',
    file: alone,
    find: `where missing not in (select cache.known_resources())`,
    replace: `where missing not in (select rule.resource from cache.rule)`,
    caughtBy: {
      test: dependsTest,
      title: 'a resource may be made of others alone, until it depends on none',
    },
  },
  {
    name: 'what depends no more keeps its entries',
    file: alone,
    find: `perform cache.flush(resource);`,
    replace: `perform cache.channel_of(resource);`,
    caughtBy: { test: dependsTest, title: 'undepend ends it with a flush' },
  },
  {
    name: 'a dependent that nobody knows goes nowhere in silence',
    file: 'workers/listener/plan-send.ts',
    find: `if (dependent === undefined) {`,
    replace: `if (dependent === null) {`,
    caughtBy: {
      test: 'workers/listener/plan-send.test.ts',
      title: 'is named as a dependent, too, and holds up nothing',
    },
  },
  {
    name: 'drafts are listed with their genre',
    file: 'cache/loaders/genre.ts',
    find: `where genre_id = $1 and is_published`,
    replace: `where genre_id = $1`,
    caughtBy: {
      test: 'test/api-catalog.test.ts',
      title: 'a genre comes with the first page of its published films',
    },
  },
];
