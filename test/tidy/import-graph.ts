// Who imports whom, read off the text: imports and exports with `from`, bare and dynamic imports,
// and files named in a string to be started or loaded.

import { posix } from 'node:path';
import type { SourceFile } from './rule.ts';

export interface Import {
  /** As written: `./lease.ts`, `node:fs`, `pg`. */
  readonly specifier: string;
  /** The file of ours that it means, undefined for a package. */
  readonly target: string | undefined;
  /** The names taken from it; `*` for all of them. */
  readonly names: readonly string[];
  readonly line: number;
}

const fromClause = /^(?:import|export)\s+(?:type\s+)?(?<names>[^'";]*?)\s+from\s+'(?<from>[^']+)'/;
const bareImport = /^import\s+'(?<bare>[^']+)'/;
const dynamicImport = /\bimport\(\s*'(?<dynamic>[^']+)'/;
const requireCall = /\bcreateRequire\([^)]*\)\('(?<required>[^']+)'/;

const statement = new RegExp(
  [fromClause, bareImport, dynamicImport, requireCall].map(({ source }) => source).join('|'),
  'gm',
);

export function importsOf(file: SourceFile): Import[] {
  return [...file.text.matchAll(statement)].map((match) => {
    const { names = '', from, bare, dynamic, required } = match.groups ?? {};
    const specifier = from ?? bare ?? dynamic ?? required ?? '';
    return {
      specifier,
      target: resolve(file.path, specifier),
      names: dynamic === undefined ? parseNames(names) : ['*'],
      line: file.text.slice(0, match.index).split('\n').length,
    };
  });
}

function resolve(importer: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(importer), specifier) : undefined;
}

/** `default as x`, `{ a, type b as c }`, `* as d` → the names on the exporting side. */
function parseNames(clause: string): string[] {
  if (clause.includes('*')) {
    return ['*'];
  }
  return clause
    .replace(/[{}]/g, '')
    .split(',')
    .map((name) =>
      name
        .trim()
        .replace(/^type\s+/, '')
        .replace(/\s+as\s+.*$/s, ''),
    )
    .filter((name) => name !== '');
}

const fileInString = /(?<!\bfrom |\bimport )['"`](?<name>[\w./-]+\.(?:ts|mjs))['"`]/g;

/** Files that a string names: from the root to be spawned, or beside the file to be loaded. */
export function filesNamedBy(file: SourceFile): string[] {
  return [...file.text.matchAll(fileInString)].flatMap(({ groups }) => {
    const name = groups?.name ?? '';
    return [name, posix.join(posix.dirname(file.path), name)];
  });
}

/** All that a file needs, itself included; `follow` names the next steps from one file. */
export function closure(
  starts: readonly string[],
  follow: (path: string) => readonly string[],
): Set<string> {
  const reached = new Set<string>();
  const queue = [...starts];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (!reached.has(path)) {
      reached.add(path);
      queue.push(...follow(path));
    }
  }
  return reached;
}
