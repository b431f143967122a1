// One stack per instance: a file names the process that runs it. A lock whose process is gone is
// taken over.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identify, isRunning, type ProcessIdentity } from './process-identity.ts';

export interface LockHolder extends ProcessIdentity {
  readonly command: string;
}

export type LockAttempt =
  | { readonly taken: true; release(): void }
  | { readonly taken: false; readonly holder: LockHolder };

export function takeLock(file: string, command: string): LockAttempt {
  const mine: LockHolder = { pid: process.pid, startedAt: myStart(), command };
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify(mine), { flag: 'wx', mode: 0o600 });
      return { taken: true, release: () => rmSync(file, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = readHolder(file);
    if (holder !== undefined && isRunning(holder)) return { taken: false, holder };
    setAside(file);
  }
}

export function readHolder(file: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockHolder;
  } catch {
    return undefined;
  }
}

/** Renaming, not deleting: of two processes that find the same dead lock only one succeeds. */
function setAside(file: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    rmSync(aside, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function myStart(): string {
  return identify(process.pid)?.startedAt ?? '';
}
