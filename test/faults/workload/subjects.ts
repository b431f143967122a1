// Everything that is read, and how often: mostly what has many entries.

import type { Random } from '../random.ts';
import { citySubjects, filmSubjects } from './answers.ts';
import { genreListSubject, genreSubjects, personSubjects, popularSubject } from './list-answers.ts';
import { pickByHeat, readShares } from './names.ts';
import type { Subject } from './subject.ts';

interface Group {
  readonly share: number;
  readonly subjects: readonly Subject[];
}

const groups: readonly Group[] = [
  { share: 0.5, subjects: citySubjects },
  { share: 0.26, subjects: filmSubjects },
  { share: 0.1, subjects: genreSubjects },
  { share: 0.08, subjects: personSubjects },
  { share: 0.06, subjects: [popularSubject, genreListSubject] },
];

export const allSubjects: readonly Subject[] = groups.flatMap(({ subjects }) => subjects);

export function pickSubject(random: Random): Subject {
  let draw = random.next();
  const group = groups.find(({ share }) => (draw -= share) < 0) ?? groups[0];
  return pickByHeat(random, group?.subjects ?? allSubjects, readShares);
}
