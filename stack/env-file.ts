// .stack/env: the addresses of what runs, for our commands (dotenv) and for people (`source`).
// It is there while the stack runs, and readable by its owner only.

import { renameSync, rmSync, writeFileSync } from 'node:fs';

export function writeEnvFile(file: string, env: Readonly<Record<string, string>>): void {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${quote(value)}`);
  const header = '# Where the local servers are. Written by `npm start` and `npm run stack`.';
  writeFileSync(`${file}.new`, `${header}\n${lines.join('\n')}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function removeEnvFile(file: string): void {
  rmSync(file, { force: true });
}

/** Both a shell and dotenv take single quotes literally. */
function quote(value: string): string {
  if (/^[\w./:@%+,-]*$/.test(value)) return value;
  return value.includes("'") ? JSON.stringify(value) : `'${value}'`;
}
