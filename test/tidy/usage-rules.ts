// Nothing lies around unused: every file is reached from a command or a test, every exported value
// is imported somewhere. Types are exempt: exported, they document the parameters of a neighbour.

import { closure, filesNamedBy, importsOf } from './import-graph.ts';
import { isCode, isTest, type Rule, type SourceFile } from './rule.ts';

/** Where running begins: what package.json names, and every test. */
function isEntry(file: SourceFile): boolean {
  const started = ['stack/launch.mjs', 'cli/cinesync.mjs'];
  return started.includes(file.path) || file.path.endsWith('.test.ts');
}

const unusedFiles: Rule = {
  name: 'unused files',
  check: (files) => {
    const code = new Map(files.filter(({ path }) => isCode(path)).map((file) => [file.path, file]));
    const follow = (path: string) => {
      const file = code.get(path);
      const targets = file ? importsOf(file).flatMap(({ target }) => target ?? []) : [];
      return [...targets, ...(file ? filesNamedBy(file) : [])].filter((next) => code.has(next));
    };
    const entries = [...code.values()].filter(isEntry);
    const used = closure(
      entries.map(({ path }) => path),
      follow,
    );
    const inProduction = entries.filter(({ path }) => !isTest(path)).map(({ path }) => path);
    const usedInProduction = closure(inProduction, follow);
    return [...code.keys()]
      .filter((path) => !(isTest(path) ? used : usedInProduction).has(path))
      .map((path) => `${path}: nothing uses this file${used.has(path) ? ' but its tests' : ''}`);
  },
};

const unusedExports: Rule = {
  name: 'unused exports',
  check: (files) => {
    const code = files.filter(({ path }) => isCode(path));
    const uses = new Set(
      code.flatMap((file) =>
        importsOf(file).flatMap(({ target, names }) => names.map((name) => `${target} ${name}`)),
      ),
    );
    const importedWhole = [...uses].flatMap((use) => /^(\S+) \*$/.exec(use)?.[1] ?? []);
    const started = code.filter(({ path }) => !isTest(path)).flatMap(filesNamedBy);
    const usedWhole = new Set([...importedWhole, ...started]);
    return code.flatMap(({ path, text }) =>
      exportedValues(text)
        .filter((name) => !uses.has(`${path} ${name}`) && !usedWhole.has(path))
        .map((name) => `${path}: nothing imports ${name}`),
    );
  },
};

function exportedValues(text: string): string[] {
  const declared = /^export (?:async )?(?:function\*?|(?:abstract )?class|const|let) (\w+)/gm;
  return [...text.matchAll(declared)].map(([, name = '']) => name);
}

export const usageRules = [unusedFiles, unusedExports];
