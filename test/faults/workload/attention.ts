// Makes readers look at what was changed a moment ago, if it hardly ever changes: they meet its
// invalidation on the way, and what goes wrong then is not mended by the next change.

import type { Change } from '../model/model.ts';
import type { Random } from '../random.ts';
import { citySubjects, filmSubjects, type Subject } from './answers.ts';

interface Attraction {
  readonly subject: Subject;
  readonly untilMs: number;
}

const lastsMs = 250;
const kept = 8;
/** The hot fifth is read often enough. */
const coldCities = citySubjects.slice(citySubjects.length / 5);
const coldFilms = filmSubjects.slice(filmSubjects.length / 5);

export class Attention {
  #attractions: readonly Attraction[] = [];

  attract(changes: readonly Change[]): void {
    const untilMs = performance.now() + lastsMs;
    const subjects = new Set(changes.flatMap(({ cell }) => subjectOf(cell) ?? []));
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

const subjectsByCell = new Map<string, Subject>([
  ...coldCities.map((subject) => [`city/${subject.code}`, subject] as const),
  ...coldFilms.map((subject) => [`film/${Number(subject.code.slice(-12))}`, subject] as const),
]);

function subjectOf(cell: string): Subject | undefined {
  const [kind = '', which = ''] = cell.split('/');
  return subjectsByCell.get(`${kind === 'link' ? 'film' : kind}/${which}`);
}
