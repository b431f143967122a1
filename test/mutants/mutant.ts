// One sabotage of the source in one place, and the test that must notice it.

export interface Mutant {
  /** What the sabotaged build does, for people. */
  readonly name: string;
  /** From the root of the checkout. */
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  readonly caughtBy: Catcher;
  /** It leaves wrong entries behind for good: the auditor must find them, after these changes. */
  readonly auditedAfter?: string;
}

/** A test file, and the title of the test in it that fails. */
export interface Catcher {
  readonly test: string;
  readonly title: string;
}

const auditorTest = 'test/auditor-at-rest.test.ts';

/** Each of them has to notice. */
export function catchersOf({ caughtBy, auditedAfter }: Mutant): Catcher[] {
  if (auditedAfter === undefined) return [caughtBy];
  return [
    caughtBy,
    { test: auditorTest, title: `the auditor finds nothing after ${auditedAfter}` },
  ];
}

/** @throws when the place can not be told exactly: the source has moved on, and so must this. */
export function sabotage(source: string, mutant: Mutant): string {
  const places = source.split(mutant.find).length - 1;
  if (places !== 1) {
    const found = places === 0 ? 'is not there' : `is there ${places} times`;
    throw new Error(`${mutant.name}: what it replaces in ${mutant.file} ${found}:\n${mutant.find}`);
  }
  return source.replace(mutant.find, () => mutant.replace);
}
