// What was asked of `npm run mutants`.

import { parseArgs } from 'node:util';
import type { Mutant } from './mutant.ts';

export interface Call {
  readonly help: boolean;
  readonly list: boolean;
  readonly jobs: number;
  /** Do not run the tests on the source as it is first. */
  readonly testsPass: boolean;
  /** Those that were asked for; all when none was named. */
  readonly mutants: readonly Mutant[];
}

const options = {
  help: { type: 'boolean', short: 'h', default: false },
  jobs: { type: 'string', default: '2' },
  list: { type: 'boolean', default: false },
  'tests-pass': { type: 'boolean', default: false },
} as const;

/** A sentence when it can not be understood. */
export function readCall(args: string[], known: readonly Mutant[]): Call | string {
  let parsed;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { values, positionals: words } = parsed;
  const jobs = Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 16) {
    return `--jobs takes a number from 1 to 16, not "${values.jobs}".`;
  }
  const mutants = known.filter(
    ({ name, file }) =>
      words.length === 0 || words.some((word) => name.includes(word) || file.includes(word)),
  );
  if (mutants.length === 0) {
    return `No mutant has "${words.join('" or "')}" in its name or file.`;
  }
  return {
    help: values.help,
    list: values.list,
    jobs,
    testsPass: values['tests-pass'],
    mutants,
  };
}
