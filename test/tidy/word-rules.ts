// Words, names and calls that do not belong here, and headers that do.

import { isCode, isOwnRule, isTest, lineRule, type Rule } from './rule.ts';

const isProse = (path: string) => path !== 'package-lock.json' && path !== 'LICENSE';

const bannedWords = lineRule(
  'banned words',
  (path) => isProse(path) && !isOwnRule(path),
  (line) => {
    const word = /\b(TODO|FIXME)\b/.exec(line)?.[0];
    return word === undefined ? undefined : `${word}: do it, or write an issue`;
  },
);

/** Folders that exist on one person's machine, and where a checkout is not. */
const foreignPath = /(^|[\s'"`(=])(\/(home|mnt|Users|work|workspaces?)\/|~\/)/;

const foreignPaths = lineRule(
  'foreign paths',
  (path) => isProse(path) && !isOwnRule(path),
  (line) => (foreignPath.test(line) ? 'a path that only one machine has' : undefined),
);

/** `ARCHITECTURE.md`, `cache/lease.ts`, in documents and comments, which nothing else checks. */
const fileMention = /[\w.-]+(?:\/[\w.-]+)+\.(?:ts|mjs|sql|md|yml)\b|\b[\w-]+\.md\b/g;

const comment = /(^\s*\/?\*+|(^|\s)(\/\/|--|#))\s.*/;

/** Its reader makes the files; a test does as it says. */
const makesFiles = ['docs/getting-started.md'];

const mentionedFiles: Rule = {
  name: 'mentioned files',
  check: (files) => {
    const paths = files.map(({ path }) => `/${path}`);
    const exists = (name: string) => {
      const below = name.replace(/^(\.\.\/)+/, '');
      return paths.some((path) => path.endsWith(`/${below}`));
    };
    const mentions = lineRule(
      'mentioned files',
      (path) => isProse(path) && !isOwnRule(path) && !makesFiles.includes(path),
      (line, path) => {
        const prose = path.endsWith('.md') ? line : comment.exec(line)?.[0];
        const missing = prose?.match(fileMention)?.find((name) => !exists(name));
        return missing === undefined ? undefined : `there is no ${missing}`;
      },
    );
    return mentions.check(files);
  },
};

const bucketName = /^(utils?|helpers?|common|lib|types?|interfaces?|manager|misc)$/;

const fileNames: Rule = {
  name: 'file names',
  check: (files) =>
    files
      .filter(({ path }) => isCode(path))
      .flatMap(({ path }) => {
        const parts = path.replace(/(\.server)?(\.test)?\.(ts|mjs)$/, '').split('/');
        if (parts.some((part) => part.split('-').some((word) => bucketName.test(word)))) {
          return [`${path}: a name that says nothing; call it by its concept`];
        }
        return parts.every((part) => /^\.?[a-z0-9]+(-[a-z0-9]+)*$/.test(part))
          ? []
          : [`${path}: file names are kebab-case`];
      }),
};

const consoleCalls = lineRule(
  'console',
  (path) => isCode(path) && !isOwnRule(path) && !path.startsWith('stack/'),
  (line) => (/\bconsole\.\w+\(/.test(line) ? 'use the logger, or the output given' : undefined),
);

const partialTests = lineRule(
  'partial test runs',
  (path) => isTest(path) && !isOwnRule(path),
  (line) =>
    /\b(test|it|describe|suite|t)\.(only|skip|todo)\(|\{\s*(only|skip|todo)\b\s*[:,}]/.test(line)
      ? 'every test runs, always'
      : undefined,
);

const sleep =
  /timers\/promises|await (sleep|delay|pause|setTimeout)\(|setTimeout\(\s*(resolve|done|r)\b/;

/** The pause between two looks, and a run of faults, which is made of times. */
const maySleep = ['test/faults/elapse.ts', 'test/support/eventually.ts'];

const sleeps = lineRule(
  'sleeping tests',
  (path) => isTest(path) && !isOwnRule(path) && !maySleep.includes(path),
  (line) => (sleep.test(line) ? 'wait for a condition, with `eventually`' : undefined),
);

/** Settings are read once, at the edge: by an entry point, or by what starts other programs. */
const readsEnvironment =
  /(^|\/)([a-z]+-)?main\.ts$|^(bench|stack|test)\/|^sql\/dbmate\.ts$|^cli\/cinesync\.mjs$/;

const environmentReads = lineRule(
  'reads of the environment',
  (path) => isCode(path) && !isTest(path) && !readsEnvironment.test(path),
  (line) => (/\bprocess\.env\b/.test(line) ? 'only an entry point reads process.env' : undefined),
);

const signalHandlers = lineRule(
  'signals',
  (path) => isCode(path) && !/^(stack|test)\/|^platform\/run-process\.ts$/.test(path),
  (line) =>
    /\bprocess\.(on|once)\(\s*'SIG/.test(line)
      ? 'platform/run-process.ts alone touches signals'
      : undefined,
);

const headerLinesMax = 4;

const headers: Rule = {
  name: 'headers',
  check: (files) =>
    files
      .filter(({ path }) => isCode(path) && !path.endsWith('.test.ts'))
      .flatMap(({ path, text }) => {
        const lines = text.replace(/^#!.*\n/, '').split('\n');
        const length = lines.findIndex((line) => !line.startsWith('//'));
        return length >= 1 && length <= headerLinesMax
          ? []
          : [`${path}: begins with ${length} lines of comment, not with 1 to ${headerLinesMax}`];
      }),
};

export const wordRules = [
  bannedWords,
  foreignPaths,
  mentionedFiles,
  fileNames,
  consoleCalls,
  partialTests,
  sleeps,
  environmentReads,
  signalHandlers,
  headers,
];
