// What the writers do to cities: change one or several, move them between countries, delete and
// insert them. Each writer has towns of its own; the countries are everybody's.

import type { Change } from '../model/model.ts';
import { type Deed, endingOf, type Scene, type Statement, withEchoes } from './deed.ts';
import { allTowns, bulkIdMin, bulkTowns, type Town, townCell } from './names.ts';

/** @param own in the order of how often they change */
export function createTownDeeds(own: readonly Town[]): (scene: Scene) => Deed {
  return withEchoes(own, (scene, town) => thinkOfTown(scene, own, town));
}

function thinkOfTown(scene: Scene, own: readonly Town[], town: Town): Deed {
  const { random } = scene;
  const country = homeOf(scene, town);
  if (country === undefined) return bringBack(scene, town);
  const draw = random.next();
  if (draw < 0.4) return { kind: 'update', ...changeOne(scene, town), ending: 'autocommit' };
  if (draw < 0.6) return changeSeveral(scene, own);
  if (draw < 0.78) return move(scene, town, country);
  if (draw < 0.9) return replace(scene, town, country);
  return remove(town, country);
}

/** Every country at once, in one statement over the limit above which capture flushes. */
export function bulkDeed({ nextVersion }: Scene): Deed {
  const version = nextVersion();
  return {
    kind: 'bulk',
    statements: [
      { text: 'update city set population = $1 where id >= $2', values: [version, bulkIdMin] },
    ],
    changes: bulkTowns.map(({ id, homes }) => change(homes[0], id, version)),
    ending: 'autocommit',
  };
}

/** All rows go and come back otherwise, in one transaction. Nobody else may write meanwhile. */
export function truncateDeed(scene: Scene): Deed {
  const { random, nextVersion } = scene;
  const placed = allTowns.map(({ id, homes }) => {
    return { id, homes, country: random.pick(homes), version: nextVersion() };
  });
  const rows = placed.map(({ id, country, version }) => [id, country, version] as const);
  const ending = random.chance(0.2) ? 'rollback' : 'commit';
  return {
    kind: 'truncate',
    statements: [{ text: 'truncate city' }, insertAll(rows)],
    changes: placed.flatMap(({ id, homes, country, version }) =>
      homes.map((home) => change(home, id, home === country ? version : 0)),
    ),
    ending,
  };
}

/** What is there when the run begins. */
export function firstTowns(nextVersion: () => number): Pick<Deed, 'statements' | 'changes'> {
  const placed = allTowns.map(({ id, homes }) => ({ id, homes, version: nextVersion() }));
  return {
    statements: [insertAll(placed.map(({ id, homes, version }) => [id, homes[0], version]))],
    changes: placed.flatMap(({ id, homes, version }) =>
      homes.map((home, index) => change(home, id, index === 0 ? version : 0)),
    ),
  };
}

function homeOf({ valueOf }: Scene, town: Town): string | undefined {
  return town.homes.find((home) => valueOf(townCell(home, town.id)) !== 0);
}

function changeOne(scene: Scene, town: Town): Pick<Deed, 'statements' | 'changes'> {
  const version = scene.nextVersion();
  return {
    statements: [
      { text: 'update city set population = $1 where id = $2', values: [version, town.id] },
    ],
    changes: [change(homeOf(scene, town), town.id, version)],
  };
}

function changeSeveral(scene: Scene, own: readonly Town[]): Deed {
  const { random } = scene;
  const present = own.filter((town) => homeOf(scene, town) !== undefined);
  const start = random.chance(0.9) ? 0 : random.integer(0, present.length - 1);
  const chosen = random.sample(present.slice(start, start + 8), random.integer(2, 5));
  if (random.chance(0.5)) return changeTogether(scene, chosen);
  const { ending, pauseMs } = endingOf(random);
  const parts = chosen.map((town) => changeOne(scene, town));
  const statements = parts.flatMap((part) => part.statements);
  return {
    kind: pauseMs > 50 ? 'long' : 'transaction',
    statements: statements.map((statement) => {
      return { ...statement, pauseMs: pauseMs / statements.length };
    }),
    changes: parts.flatMap((part) => part.changes),
    ending,
  };
}

function changeTogether(scene: Scene, chosen: readonly Town[]): Deed {
  const versions = chosen.map(() => scene.nextVersion());
  const text = `update city set population = given.version
    from unnest($1::integer[], $2::bigint[]) as given (id, version) where city.id = given.id`;
  return {
    kind: 'multi-row',
    statements: [{ text, values: [chosen.map(({ id }) => id), versions] }],
    changes: chosen.map((town, index) => {
      return change(homeOf(scene, town), town.id, versions[index] ?? 0);
    }),
    ending: 'autocommit',
  };
}

/** The key of its entry changes: two entries are void. */
function move(scene: Scene, town: Town, from: string): Deed {
  const to = town.homes.find((home) => home !== from) ?? from;
  const version = scene.nextVersion();
  const text = 'update city set countrycode = $1, population = $2 where id = $3';
  return {
    kind: 'move',
    statements: [{ text, values: [to, version, town.id] }],
    changes: [change(from, town.id, 0), change(to, town.id, version)],
    ending: 'autocommit',
  };
}

function replace(scene: Scene, town: Town, from: string): Deed {
  const to = scene.random.pick(town.homes);
  const version = scene.nextVersion();
  const { ending, pauseMs } = endingOf(scene.random);
  const changes = [change(to, town.id, version)];
  if (to !== from) changes.unshift(change(from, town.id, 0));
  return {
    kind: 'delete and insert',
    statements: [
      { text: 'delete from city where id = $1', values: [town.id], pauseMs },
      insertAll([[town.id, to, version]]),
    ],
    changes,
    ending,
  };
}

function remove(town: Town, country: string): Deed {
  return {
    kind: 'delete',
    statements: [{ text: 'delete from city where id = $1', values: [town.id] }],
    changes: [change(country, town.id, 0)],
    ending: 'autocommit',
  };
}

function bringBack(scene: Scene, town: Town): Deed {
  const country = scene.random.pick(town.homes);
  const version = scene.nextVersion();
  return {
    kind: 'insert',
    statements: [insertAll([[town.id, country, version]])],
    changes: [change(country, town.id, version)],
    ending: 'autocommit',
  };
}

type Row = readonly [id: number, country: string | undefined, version: number];

function insertAll(rows: readonly Row[]): Statement {
  const text = `insert into city (id, name, countrycode, population)
    select id, 'r' || id, countrycode, population
      from unnest($1::integer[], $2::text[], $3::bigint[]) as given (id, countrycode, population)`;
  const columns = [0, 1, 2].map((column) => rows.map((row) => row[column]));
  return { text, values: columns };
}

function change(country: string | undefined, id: number, value: number): Change {
  return { cell: townCell(country ?? '', id), value };
}
