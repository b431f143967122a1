// Makes readers look at what was changed a moment ago, if it hardly ever changes: they meet its
// invalidation on the way, and what goes wrong then is not mended by the next change.

import type { Change } from '../model/model.ts';
import type { Random } from '../random.ts';
import { citySubjects, filmSubjects } from './answers.ts';
import { genreListSubject, genreSubjects, personSubjects } from './list-answers.ts';
import { everyGenre, everyPerson, isGenre } from './names.ts';
import type { Subject } from './subject.ts';

interface Attraction {
  readonly subject: Subject;
  readonly untilMs: number;
}

const lastsMs = 250;
const kept = 8;
/** The hot fifth is read often enough. */
const coldCities = citySubjects.slice(citySubjects.length / 5);
const coldFilms = filmSubjects.slice(filmSubjects.length / 5);
const coldLabels = new Map([
  ...everyGenre.map((genre, index) => [genre, genreSubjects[index]] as const).slice(2),
  ...everyPerson.map((person, index) => [person, personSubjects[index]] as const).slice(2),
]);

export class Attention {
  #attractions: readonly Attraction[] = [];

  attract(changes: readonly Change[]): void {
    const untilMs = performance.now() + lastsMs;
    const subjects = new Set(changes.flatMap(({ cell }) => subjectsOf(cell)));
    // What changes everything draws attention to nothing.
    if (subjects.size === 0 || subjects.size > kept) return;
    const added = [...subjects].map((subject) => ({ subject, untilMs }));
    this.#attractions = [...added, ...this.#attractions].slice(0, kept);
  }

  /** Undefined when nothing has changed lately. */
  pick(random: Random): Subject | undefined {
    const nowMs = performance.now();
    const current = this.#attractions.filter(({ untilMs }) => untilMs > nowMs);
    return current.length === 0 ? undefined : random.pick(current).subject;
  }
}

const coldByCell = new Map<string, Subject>([
  ...coldCities.map((subject) => [`city/${subject.code}`, subject] as const),
  ...coldFilms.map((subject) => [`film/${Number(subject.code.slice(-12))}`, subject] as const),
  ...[...everyGenre, ...everyPerson].flatMap((label) => {
    const subject = coldLabels.get(label);
    return subject === undefined ? [] : [[`label/${label}`, subject] as const];
  }),
]);

/** A link is seen from both ends, a genre's name in the list as well. */
function subjectsOf(cell: string): Subject[] {
  const [kind = '', which = '', other = ''] = cell.split('/');
  const cells = kind === 'link' ? [`film/${which}`, `label/${other}`] : [`${kind}/${which}`];
  const subjects = cells.flatMap((name) => coldByCell.get(name) ?? []);
  return kind === 'label' && isGenre(which) ? [...subjects, genreListSubject] : subjects;
}
