// What every rule of the house is: a name, and a check of all files that says what is wrong where.

export interface SourceFile {
  /** From the root of the checkout, with slashes: `cache/lease.ts`. */
  readonly path: string;
  readonly text: string;
}

export interface Rule {
  readonly name: string;
  /** One sentence per violation, beginning with the place: `cache/lease.ts:12: …`. */
  check(files: readonly SourceFile[]): string[];
}

/** A rule that looks at one line at a time; the judge gives the complaint, or nothing. */
export function lineRule(
  name: string,
  applies: (path: string) => boolean,
  judge: (line: string, path: string) => string | undefined,
): Rule {
  return {
    name,
    check: (files) =>
      files
        .filter(({ path }) => applies(path))
        .flatMap(({ path, text }) =>
          text.split('\n').flatMap((line, index) => {
            const complaint = judge(line, path);
            return complaint === undefined ? [] : [`${path}:${index + 1}: ${complaint}`];
          }),
        ),
  };
}

export const isCode = (path: string) => /\.(ts|mjs)$/.test(path);

export const isTest = (path: string) => /^test\/|\.test\.ts$/.test(path);

/** The rules and their planted violations have to write down what they forbid. */
export const isOwnRule = (path: string) => path.startsWith('test/tidy/');
