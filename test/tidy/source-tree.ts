// Reads every text file of the checkout that is ours: not packages, not what a run leaves behind.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SourceFile } from './rule.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

const isSkipped = (name: string) => ['node_modules', '.git', '.stack', '.env'].includes(name);

const isText = (name: string) =>
  /\.(ts|mjs|sql|md|json|yml|yaml|sh|xml|conf|example)$/.test(name) || !/.\./.test(name);

export function readSourceTree(folder = ''): SourceFile[] {
  return readdirSync(`${root}${folder}`, { withFileTypes: true })
    .filter(({ name }) => !isSkipped(name))
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .flatMap((entry) => {
      const path = `${folder}${entry.name}`;
      if (entry.isDirectory()) {
        return readSourceTree(`${path}/`);
      }
      const isRead = entry.isFile() && isText(entry.name);
      return isRead ? [{ path, text: readFileSync(`${root}${path}`, 'utf8') }] : [];
    });
}
