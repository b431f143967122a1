// What the writers do to films: change, hide, show, link, unlink, delete with all links, insert.

import type { Change } from '../model/model.ts';
import { type Deed, endingOf, type Scene, type Statement, withEchoes } from './deed.ts';
import { insertLabel } from './label-deeds.ts';
import { filmCell, filmId, films, isGenre, labelCell, labelId, labels } from './names.ts';
import { labelsOf, linkCell, loneLabels } from './names.ts';

type Work = Pick<Deed, 'statements' | 'changes'>;

/** @param own in the order of how often they change */
export function createFilmDeeds(own: readonly number[]): (scene: Scene) => Deed {
  return withEchoes(own, thinkOfFilm);
}

function thinkOfFilm(scene: Scene, film: number): Deed {
  const { random } = scene;
  if (scene.valueOf(filmCell(film)) === 0) return show(scene, film);
  const draw = random.next();
  if (draw < 0.3) return { kind: 'update', ...bump(scene, film), ending: 'autocommit' };
  if (draw < 0.84) return relink(scene, film);
  if (draw < 0.92) return hide(film);
  return replace(scene, film);
}

/** What is there when the run begins. */
export function firstFilms(nextVersion: () => number): Work {
  const versions = films.map(() => nextVersion());
  const named = labels.map((label) => ({ label, version: nextVersion() }));
  const links = films.flatMap((film) =>
    [...labels, ...loneLabels].map((label, index) => {
      const isLinked = (film + index) % 3 === 0 && labelsOf(film).includes(label);
      return { film, label, value: Number(isLinked) };
    }),
  );
  return {
    statements: [
      // Those that every installation begins with.
      { text: 'delete from genres' },
      ...named.map(({ label, version }) => insertLabel(label, version)),
      ...films.map((film, index) => insertFilm(film, versions[index] ?? 0)),
      ...links.filter(({ value }) => value === 1).map(({ film, label }) => link(film, label)),
    ],
    changes: [
      ...named.map(({ label, version }) => ({ cell: labelCell(label), value: version })),
      ...loneLabels.map((label) => ({ cell: labelCell(label), value: 0 })),
      ...films.map((film, index) => ({ cell: filmCell(film), value: versions[index] ?? 0 })),
      ...links.map(({ film, label, value }) => ({ cell: linkCell(film, label), value })),
    ],
  };
}

function bump({ nextVersion }: Scene, film: number): Work {
  const version = nextVersion();
  const text = 'update movies set duration = $1, votes = $1 where id = $2';
  return {
    statements: [{ text, values: [version, filmId(film)] }],
    changes: [{ cell: filmCell(film), value: version }],
  };
}

function hide(film: number): Deed {
  const text = 'update movies set is_published = false where id = $1';
  return {
    kind: 'hide',
    statements: [{ text, values: [filmId(film)] }],
    changes: [{ cell: filmCell(film), value: 0 }],
    ending: 'autocommit',
  };
}

function show({ nextVersion }: Scene, film: number): Deed {
  const version = nextVersion();
  const text = `update movies set is_published = true, duration = $1, votes = $1 where id = $2`;
  return {
    kind: 'show',
    statements: [{ text, values: [version, filmId(film)] }],
    changes: [{ cell: filmCell(film), value: version }],
    ending: 'autocommit',
  };
}

/** Links and unlinks a few labels, in one transaction. */
function relink(scene: Scene, film: number): Deed {
  const { random, valueOf } = scene;
  const { ending, pauseMs } = endingOf(random);
  // In one order everywhere: two that link genres can not wait for each other.
  const chosen = random.sample(labelsOf(film), random.integer(1, 3)).toSorted();
  const parts = chosen.map((label) => {
    const value = 1 - valueOf(linkCell(film, label));
    const statement = value === 1 ? link(film, label) : unlink(film, label);
    return { statement: { ...statement, pauseMs }, change: { cell: linkCell(film, label), value } };
  });
  const isSingle = parts.length === 1 && ending === 'commit' && pauseMs === 0;
  return {
    kind: 'link',
    statements: parts.map(({ statement }) => statement),
    changes: parts.map(({ change }) => change),
    ending: isSingle ? 'autocommit' : ending,
  };
}

/** Gone with all its links, and there again with others. */
function replace(scene: Scene, film: number): Deed {
  const { random, nextVersion, valueOf } = scene;
  const { ending, pauseMs } = endingOf(random);
  const linked = random.sample(labelsOf(film), random.integer(1, 3)).toSorted();
  const version = nextVersion();
  const links = labels.flatMap((label): Change[] => {
    const value = Number(linked.includes(label));
    const cell = linkCell(film, label);
    return value === valueOf(cell) ? [] : [{ cell, value }];
  });
  return {
    kind: 'delete and insert',
    statements: [
      { text: 'delete from movies where id = $1', values: [filmId(film)], pauseMs },
      insertFilm(film, version),
      ...linked.map((label) => link(film, label)),
    ],
    changes: [{ cell: filmCell(film), value: version }, ...links],
    ending,
  };
}

function insertFilm(film: number, version: number): Statement {
  const text = `insert into movies (id, title, duration, votes, rating, is_published)
    values ($1, 'Film', $2, $2, 8, true)`;
  return { text, values: [filmId(film), version] };
}

function link(film: number, label: string): Statement {
  const text = isGenre(label)
    ? 'insert into movie_genres (movie_id, genre_id) values ($1, $2)'
    : `insert into movie_persons (movie_id, person_id, role) values ($1, $2, 'cast')`;
  return { text, values: [filmId(film), labelId(label)] };
}

function unlink(film: number, label: string): Statement {
  const text = isGenre(label)
    ? 'delete from movie_genres where movie_id = $1 and genre_id = $2'
    : 'delete from movie_persons where movie_id = $1 and person_id = $2';
  return { text, values: [filmId(film), labelId(label)] };
}
