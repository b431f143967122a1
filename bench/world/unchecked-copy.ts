// A copy of the API that answers without asking whether it may: what the checks of freshness and
// the polls behind them cost is what ours costs more. Only for measuring.

import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../../', import.meta.url));
const leftOut = new Set(['.git', '.stack', 'node_modules']);

interface Check {
  readonly file: string;
  /** Occurs exactly once. */
  readonly find: string;
  readonly replace: string;
}

const checks: readonly Check[] = [
  {
    file: 'cache/trust.ts',
    find: 'return this.#freshness.trustedUntilMs;',
    replace: 'return Number.POSITIVE_INFINITY;',
  },
  {
    file: 'cache/trust.ts',
    find: 'const redisPollMs = 250;',
    replace: 'const redisPollMs = 5000;',
  },
  {
    file: 'cache/local-entries.ts',
    find: ' && nowMs < copy.expiresAtMs;',
    replace: ' && nowMs > 0;',
  },
];

export interface UncheckedCopy {
  /** Its `api/main.ts`. */
  readonly main: string;
  remove(): void;
}

/** @throws when a check is no longer where it was: the source has moved on, and so must this. */
export function createUncheckedCopy(): UncheckedCopy {
  const root = mkdtempSync(join(tmpdir(), 'cinesync-unchecked-'));
  const filter = (path: string): boolean => !leftOut.has(basename(path));
  cpSync(checkout, root, { recursive: true, filter });
  symlinkSync(join(checkout, 'node_modules'), join(root, 'node_modules'));
  for (const { file, find, replace } of checks) {
    const source = readFileSync(join(root, file), 'utf8');
    if (source.split(find).length !== 2) throw new Error(`${file} has not once: ${find}`);
    writeFileSync(join(root, file), source.replace(find, replace));
  }
  return {
    main: join(root, 'api/main.ts'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
