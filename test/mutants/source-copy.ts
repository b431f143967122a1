// A copy of the checkout to sabotage. Packages and server binaries are shared with the original.

import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Mutant, sabotage } from './mutant.ts';

const shared = ['node_modules', '.stack'];
const leftOut = new Set([...shared, '.git']);

export class SourceCopy {
  readonly #original: string;
  readonly root: string;

  constructor(original: string) {
    this.#original = original;
    this.root = mkdtempSync(join(tmpdir(), 'cinesync-mutant-'));
    cpSync(original, this.root, {
      recursive: true,
      filter: (path) => path === original || !leftOut.has(basename(path)),
    });
    for (const folder of shared) {
      symlinkSync(join(original, folder), join(this.root, folder));
    }
  }

  apply(mutant: Mutant): void {
    const source = readFileSync(join(this.#original, mutant.file), 'utf8');
    writeFileSync(join(this.root, mutant.file), sabotage(source, mutant));
  }

  restore(mutant: Mutant): void {
    cpSync(join(this.#original, mutant.file), join(this.root, mutant.file));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
