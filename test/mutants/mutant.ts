// One sabotage of the source in one place, and the test that must notice it.

export interface Mutant {
  /** What the sabotaged build does, for people. */
  readonly name: string;
  /** From the root of the checkout. */
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** A test file, and the title of the test in it that fails. */
  readonly caughtBy: { readonly test: string; readonly title: string };
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
