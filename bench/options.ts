// The command line of `npm run bench`.

import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** In the order of the list; all when none was named. */
  readonly names: readonly string[];
  readonly quick: boolean;
  readonly seed: number;
  /** Leave out what this checkout has measured already, and add to it. */
  readonly resume: boolean;
  /** Write the figures into the folder that is committed. */
  readonly keep: boolean;
}

export const help = `Measures CineSync beside its control arms, and says which goals are met.

  npm run bench                     everything: under 15 minutes on two processors
  npm run bench -- --quick          fewer and shorter rounds: under 3 minutes
  npm run bench -- reads writes     only these scenarios
  npm run bench -- --list           what there is

  --seed N     the order of the arms in every round again
  --resume     go on with a run that was interrupted: what it has measured is kept
  --keep       write the figures and pictures to bench/results, to be committed
  --help       this text

It starts servers of its own. Let nothing else run meanwhile; how it measures is in
bench/README.md. Exit code: 0 measured (whatever the figures say), 1 a scenario failed or its
answers were wrong, 2 wrong usage.
`;

/** @throws TypeError with one sentence about what is wrong. */
export function parseOptions(
  words: readonly string[],
  known: readonly string[],
): BenchOptions | 'help' | 'list' {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      resume: { type: 'boolean', default: false },
      seed: { type: 'string' },
    },
  });
  if (values.help) return 'help';
  if (values.list) return 'list';
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new TypeError(`There is no scenario ${unknown.join(', ')}; see --list.`);
  }
  const { quick, keep, resume } = values;
  if (quick && keep) throw new TypeError('What --quick measures is too rough to keep.');
  return {
    names: positionals.length === 0 ? known : known.filter((name) => positionals.includes(name)),
    quick,
    seed: values.seed === undefined ? Math.floor(Math.random() * 1e6) : seedOf(values.seed),
    resume,
    keep,
  };
}

function seedOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new TypeError(`--seed is a whole number, not ${text}.`);
}
