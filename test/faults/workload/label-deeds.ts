// What the writers do to genres and persons: rename them while films show them, and let those come
// and go that no film is linked to.

import { type Deed, endingOf, type Scene, type Statement } from './deed.ts';
import { genres, isGenre, labelCell, labelId, labelName, loneLabels, persons } from './names.ts';

export function labelDeed(scene: Scene): Deed {
  return scene.random.chance(0.3) ? comeOrGo(scene) : renameDeed(scene);
}

/** Long, so that others link the genre or the person meanwhile. */
function renameDeed(scene: Scene): Deed {
  const { random, nextVersion } = scene;
  const { ending, pauseMs } = endingOf(random);
  const [label = 'g1'] = random.sample(random.chance(0.5) ? genres : persons, 1);
  const version = nextVersion();
  const text = isGenre(label)
    ? 'update genres set name = $1 where id = $2'
    : 'update persons set full_name = $1 where id = $2';
  return {
    kind: 'rename',
    statements: [{ text, values: [labelName(label, version), labelId(label)], pauseMs }],
    changes: [{ cell: labelCell(label), value: version }],
    ending,
  };
}

function comeOrGo({ random, nextVersion, valueOf }: Scene): Deed {
  const label = random.pick(loneLabels);
  const isThere = valueOf(labelCell(label)) !== 0;
  const version = isThere ? 0 : nextVersion();
  return {
    kind: isThere ? 'label gone' : 'label come',
    statements: [isThere ? deleteLabel(label) : insertLabel(label, version)],
    changes: [{ cell: labelCell(label), value: version }],
    ending: 'autocommit',
  };
}

export function insertLabel(label: string, version: number): Statement {
  const text = isGenre(label)
    ? 'insert into genres (id, name) values ($1, $2)'
    : 'insert into persons (id, full_name) values ($1, $2)';
  return { text, values: [labelId(label), labelName(label, version)] };
}

function deleteLabel(label: string): Statement {
  const table = isGenre(label) ? 'genres' : 'persons';
  return { text: `delete from ${table} where id = $1`, values: [labelId(label)] };
}
