// One stack per instance: a file names the process that runs it. A lock whose process is gone is
// taken over.

import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identify, isRunning, type ProcessIdentity } from './process-identity.ts';

export interface LockHolder extends ProcessIdentity {
  readonly command: string;
}

export type LockAttempt =
  | { readonly taken: true; release(): void }
  | { readonly taken: false; readonly holder: LockHolder };

export function takeLock(file: string, command: string): LockAttempt {
  const mine: LockHolder = { pid: process.pid, startedAt: myStart(), command };
  // Written first and linked then: nobody ever sees a lock that does not name its holder.
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    while (!link(draft, file)) {
      const holder = readHolder(file);
      if (holder !== undefined && isRunning(holder)) return { taken: false, holder };
      setAside(file);
    }
    return { taken: true, release: () => rmSync(file, { force: true }) };
  } finally {
    rmSync(draft, { force: true });
  }
}

/** false when the lock is there already. */
function link(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(file: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockHolder;
  } catch {
    return undefined;
  }
}

/**
 * Of two processes that find the same dead lock the slower might take away the quicker one's new
 * lock: it looks at what it got, and puts a living holder's back.
 */
function setAside(file: string): void {
  const aside = `${file}.${process.pid}.old`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const holder = readHolder(aside);
  if (holder !== undefined && isRunning(holder)) link(aside, file);
  rmSync(aside, { force: true });
}

function myStart(): string {
  return identify(process.pid)?.startedAt ?? '';
}
