// What lists of films and genres claim, held against a history: right ones are right, and one
// planted fault of each kind is found.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from '../model/judge.ts';
import { type Change, Model } from '../model/model.ts';
import { genreListSubject, genreSubjects, personSubjects, popularSubject } from './list-answers.ts';
import { everyGenre, everyPerson, filmCell, filmId, films, labelCell, linkCell } from './names.ts';
import type { Subject } from './subject.ts';

const [genreSubject, personSubject] = [genreSubjects[0], personSubjects[0]] as [Subject, Subject];
const boundMs = 1000;

function commit(model: Model, atMs: number, ...changes: Change[]): void {
  model.commit(model.attempt(changes, atMs), atMs + 10);
}

/** Films 1 and 2 are there, with g1 and p1; film 3 is there alone; film 4 is linked and hidden. */
function history(): Model {
  const model = new Model();
  const labels = [...everyGenre, ...everyPerson];
  model.declare([
    ...labels.map((label, index) => ({ cell: labelCell(label), value: index + 1 })),
    ...films.map((film) => ({ cell: filmCell(film), value: film <= 3 ? 100 - film : 0 })),
    ...films.flatMap((film) =>
      labels.map((label) => {
        const isLinked = [1, 2, 4].includes(film) && label.endsWith('1');
        return { cell: linkCell(film, label), value: Number(isLinked) };
      }),
    ),
  ]);
  return model;
}

const film = (number: number, version = 100 - number) => {
  return { id: filmId(number), duration: version, votes: version, roles: ['cast'] };
};

function genrePage(numbers: number[], { name = 'g1 v1', total = numbers.length } = {}) {
  return { name, items: numbers.map((number) => film(number)), total };
}

const personPage = (numbers: number[]) => {
  return { full_name: 'p1 v7', photo_url: null, movies: numbers.map((number) => film(number)) };
};

const genreNames = (names: string[]) => names.map((name) => ({ name }));
const allNames = everyGenre.map((genre, index) => `${genre} v${index + 1}`);

/** The kind of fault, and the cell that shows it; or that nothing is wrong. */
function verdictOn(model: Model, subject: Subject, data: unknown, askedMs: number): string {
  const { resource, code } = subject;
  const times = { askedMs, answeredMs: askedMs + 5, boundMs };
  const seen = subject.claimsOf(data);
  const verdict = judge(model, { resource, code, seen, status: 'hit', ...times });
  return verdict.right ? 'right' : `${verdict.fault} ${verdict.cell}`;
}

test('what is so is right', () => {
  for (const [subject, data] of [
    [genreSubject, genrePage([1, 2])],
    [personSubject, personPage([1, 2])],
    [popularSubject, [film(1), film(2), film(3)]],
    [genreListSubject, genreNames(allNames)],
  ] as const) {
    assert.equal(verdictOn(history(), subject, data, 5000), 'right', subject.path);
  }
});

test('a film is missing from a list for either reason, until the other one is gone too', () => {
  const model = history();
  commit(model, 1000, { cell: filmCell(1), value: 0 });
  commit(model, 1100, { cell: linkCell(1, 'g1'), value: 0 });
  commit(model, 5000, { cell: filmCell(1), value: 104 });
  assert.equal(verdictOn(model, genreSubject, genrePage([2]), 9000), 'right', 'not linked');
  commit(model, 10_000, { cell: linkCell(1, 'g1'), value: 1 });
  assert.equal(verdictOn(model, genreSubject, genrePage([2]), 10_500), 'right', 'within the bound');
  assert.equal(verdictOn(model, genreSubject, genrePage([2]), 12_000), 'stale film/1');
});

test('a film that was hidden, or unlinked, is stale once the bound is over', () => {
  const hidden = history();
  commit(hidden, 1000, { cell: filmCell(1), value: 0 });
  assert.equal(verdictOn(hidden, genreSubject, genrePage([1, 2]), 1500), 'right');
  assert.equal(verdictOn(hidden, genreSubject, genrePage([1, 2]), 9000), 'stale film/1');
  assert.equal(
    verdictOn(
      hidden,
      popularSubject,
      [1, 2, 3].map((n) => film(n)),
      9000,
    ),
    'stale film/1',
  );
  const unlinked = history();
  commit(unlinked, 1000, { cell: linkCell(1, 'p1'), value: 0 });
  assert.equal(verdictOn(unlinked, personSubject, personPage([1, 2]), 9000), 'stale link/1/p1');
});

test('a film that is not in the list, though it was there all the while, never was away', () => {
  assert.equal(verdictOn(history(), genreSubject, genrePage([2]), 5000), 'never film/1');
  assert.equal(verdictOn(history(), personSubject, personPage([1]), 5000), 'never film/2');
  assert.equal(verdictOn(history(), popularSubject, [film(1), film(3)], 5000), 'never film/2');
});

test('a film that is hidden is in no list, though it is linked', () => {
  assert.equal(verdictOn(history(), genreSubject, genrePage([1, 2, 4]), 5000), 'never film/4');
});

test('values that nobody wrote never were', () => {
  const items = [film(1, 55), film(2)];
  assert.equal(
    verdictOn(history(), genreSubject, { ...genrePage([]), items, total: 2 }, 5000),
    'never film/1',
  );
  const torn = [{ ...film(1), votes: 98 }, film(2), film(3)];
  assert.match(
    verdictOn(history(), popularSubject, torn, 5000),
    /^never impossible\/film\/1\/votes/,
  );
});

test('an old name, a name of others, and a label that is gone are found', () => {
  const model = history();
  commit(model, 1000, { cell: labelCell('g1'), value: 50 });
  assert.equal(verdictOn(model, genreSubject, genrePage([1, 2]), 9000), 'stale label/g1');
  assert.equal(verdictOn(model, genreListSubject, genreNames(allNames), 9000), 'stale label/g1');
  const other = genrePage([1, 2], { name: 'g2 v2' });
  assert.equal(verdictOn(history(), genreSubject, other, 5000), 'never impossible/g2 v2');
  commit(model, 10_000, { cell: labelCell('g6'), value: 0 });
  const now = genreNames(['g1 v50', ...allNames.slice(1)]);
  assert.equal(verdictOn(model, genreListSubject, now, 12_000), 'stale label/g6');
  assert.equal(verdictOn(model, genreListSubject, now.slice(0, -1), 12_000), 'right');
  assert.equal(verdictOn(history(), personSubject, null, 5000), 'never label/p1');
});

test('a list of films of one moment under the name of another is mixed', () => {
  const model = history();
  commit(model, 5000, { cell: labelCell('g1'), value: 50 });
  commit(model, 5300, { cell: filmCell(1), value: 0 });
  // The old name went before the film did.
  assert.equal(verdictOn(model, genreSubject, genrePage([2]), 5500), 'mixed film/1');
  const renamed = genrePage([2], { name: 'g1 v50' });
  assert.equal(verdictOn(model, genreSubject, renamed, 5500), 'right');
});

for (const [what, subject, data] of [
  ['another order of a genre’s films', genreSubject, genrePage([2, 1])],
  ['another order of a person’s films', personSubject, personPage([2, 1])],
  ['another order of popular films', popularSubject, [film(2), film(1), film(3)]],
  ['another order of genres', genreListSubject, genreNames([...allNames].toReversed())],
  ['a film twice', genreSubject, genrePage([1, 1, 2])],
  ['a total that is not that of the list', genreSubject, genrePage([1, 2], { total: 3 })],
  [
    'a role that nobody has',
    personSubject,
    { ...personPage([]), movies: [{ ...film(1), roles: ['star'] }, film(2)] },
  ],
  ['a genre that nobody made', genreListSubject, genreNames([...allNames, 'zz v1'])],
  [
    'a film that nobody made',
    popularSubject,
    [film(1), film(2), film(3), { ...film(3, 1), id: 'x' }],
  ],
] as const) {
  test(`${what} can not be`, () => {
    assert.match(verdictOn(history(), subject, data, 5000), /^never impossible\//);
  });
}
