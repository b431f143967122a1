import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Film, type MovieRow, toMovieRows } from './movie-rows.ts';
import { readMovieRows } from './movies.ts';

const plainFilm: Film = {
  Title: 'Gladiator',
  'Release Date': 'May 05 2000',
  'Running Time min': 150,
  'IMDB Rating': 8.3,
  'IMDB Votes': 279512,
  'Major Genre': 'Action',
  Director: 'Ridley Scott',
  'Creative Type': 'Historical Fiction',
  Source: 'Original Screenplay',
  Distributor: 'Dreamworks SKG',
};

function toRow(fields: Partial<Film>): MovieRow {
  const [row] = toMovieRows([{ ...plainFilm, ...fields }]);
  assert.ok(row);
  return row;
}

const titleOf = (title: Film['Title']) => toRow({ Title: title })[1];
const yearOf = (date: string | null) => toRow({ 'Release Date': date })[3];

test('maps a film with all its facts', () => {
  const [id, title, description, year, rating, votes, duration, ...linked] = toRow({});
  const [genreId, genre, directorId, director] = linked;
  assert.deepEqual([title, year, rating, votes, duration], ['Gladiator', 2000, 8.3, 279_512, 150]);
  assert.deepEqual([genre, director], ['Action', 'Ridley Scott']);
  assert.equal(
    description,
    'Historical Fiction, original screenplay. Distributed by Dreamworks SKG.',
  );
  assert.equal(new Set([id, genreId, directorId]).size, 3);
});

test('makes every title a text', () => {
  assert.equal(titleOf(1408), '1408');
  assert.equal(titleOf(null), 'Untitled');
  assert.equal(titleOf('  '), 'Untitled');
  assert.equal(titleOf(' Wings '), 'Wings');
});

test('repairs letters that were read in the wrong character set', () => {
  assert.equal(titleOf('LÈon'), 'Léon');
  assert.equal(titleOf('DÈj‡ Vu'), 'Déjà Vu');
  assert.equal(
    titleOf('The Naked Gun 2Ω: The Smell of Fear'),
    'The Naked Gun 2½: The Smell of Fear',
  );
  assert.equal(titleOf('Alien³'), 'Alien³');
});

test('takes a year of the future for one of the century before', () => {
  assert.equal(yearOf('Jun 12 1998'), 1998);
  assert.equal(yearOf('Jan 01 2011'), 2011);
  assert.equal(yearOf('Dec 15 2039'), 1939);
});

test('leaves out a date that holds no year', () => {
  assert.equal(yearOf('TBD'), null);
  assert.equal(yearOf(''), null);
  assert.equal(yearOf(null), null);
});

test('keeps a film without genre, director or any other fact', () => {
  const empty = Object.fromEntries(Object.keys(plainFilm).map((name) => [name, null]));
  const [, ...facts] = toRow({ ...empty, Title: 'Wilson' });
  assert.deepEqual(facts, ['Wilson', null, null, null, 0, null, null, null, null, null]);
});

test('describes a film by the facts that there are', () => {
  const nothing = { 'Creative Type': null, Source: null, Distributor: null };
  assert.equal(toRow({ ...nothing, Source: 'Remake' })[2], 'Remake.');
  assert.equal(toRow({ ...nothing, 'Creative Type': 'Fantasy' })[2], 'Fantasy.');
  assert.equal(toRow({ ...nothing, Distributor: 'Universal' })[2], 'Distributed by Universal.');
});

test('gives two films of one title two ids, and one director of two films one id', () => {
  const [first, second] = toMovieRows([plainFilm, plainFilm]);
  assert.notEqual(first?.[0], second?.[0]);
  assert.equal(first?.[9], second?.[9]);
});

test('maps the whole data set: 3,201 films with a title, a year and an id each', () => {
  const rows = readMovieRows();
  assert.equal(rows.length, 3201);
  assert.equal(new Set(rows.map(([id]) => id)).size, 3201);
  assert.equal(rows.filter(([, title]) => title === 'Untitled').length, 1);
  assert.ok(rows.every(([, , , year]) => year !== null && year >= 1915 && year <= 2011));
  assert.equal(rows.filter((row) => row[8] === null).length, 275);
  assert.equal(rows.filter((row) => row[10] === null).length, 1331);
});
