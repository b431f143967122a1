// Which test files there are, and which of them need real servers.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { StackError } from '../stack-error.ts';

export interface TestFile {
  /** From the root of the checkout. */
  readonly path: string;
  readonly needsServers: boolean;
}

const leftOut = new Set(['node_modules']);

/** All of them, or those at and below the given paths. */
export function findTests(root: string, paths: readonly string[]): TestFile[] {
  const chosen = paths.length === 0 ? [root] : paths.map((path) => resolve(root, path));
  const files = chosen.flatMap((path) => {
    if (!existsSync(path)) throw new StackError(`There is no ${path}.`);
    const found = statSync(path).isDirectory() ? walk(path) : [path];
    if (found.length === 0) throw new StackError(`There is no test in ${path}.`);
    return found;
  });
  return [...new Set(files)].toSorted().map((file) => ({
    path: relative(root, file),
    needsServers: needsServers(root, file),
  }));
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || leftOut.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return walk(path);
    return entry.name.endsWith('.test.ts') ? [path] : [];
  });
}

/** The suffix says so; what crosses processes (test/) uses the helpers that need servers. */
function needsServers(root: string, file: string): boolean {
  if (file.endsWith('.server.test.ts')) return true;
  if (!relative(root, file).startsWith('test/')) return false;
  return /from '\.{1,2}\/support\//.test(readFileSync(file, 'utf8'));
}
