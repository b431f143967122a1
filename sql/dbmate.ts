// The migration tool as a child process. It gets the address by its environment, never on its
// command line, where every user of the machine could read the password.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { resolveBinary } from 'dbmate';
import type { Secret } from '../platform/secret.ts';

interface DbmateOptions {
  url: Secret;
  signal: AbortSignal;
  onApplied: (migration: string) => unknown;
}

interface DbmateResult {
  /** What it said when it failed, without the password. */
  failure: string | null;
}

const here = fileURLToPath(new URL('.', import.meta.url));
const applying = /^Applying: (?<migration>\S+)/;

export async function runDbmate(options: DbmateOptions): Promise<DbmateResult> {
  const child = spawn(
    resolveBinary(),
    ['--migrations-dir', 'migrations', '--no-dump-schema', 'migrate'],
    {
      // A folder without .env: the tool would read it.
      cwd: here,
      env: { ...process.env, DATABASE_URL: withoutTlsByDefault(options.url) },
      signal: options.signal,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let complaint = '';
  // It says "Applied" of a failed migration too: only what comes after tells.
  let current: string | undefined;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const migration = applying.exec(line)?.groups?.migration;
    if (migration !== undefined) {
      settle(current);
      current = migration;
    }
  });
  const [exitCode]: unknown[] = await once(child, 'close');
  if (exitCode === 0) {
    settle(current);
    return { failure: null };
  }
  const failure = [current, complaint.trim()].filter((part) => part !== undefined).join(': ');
  return { failure: mask(failure, options.url) };

  function settle(migration: string | undefined): void {
    if (migration !== undefined) {
      options.onApplied(migration);
    }
  }
}

/** Our own driver speaks TLS only when asked to; the tool insists on it unless told otherwise. */
function withoutTlsByDefault(url: Secret): string {
  const parsed = new URL(url.reveal());
  if (!parsed.searchParams.has('sslmode') && process.env.PGSSLMODE === undefined) {
    parsed.searchParams.set('sslmode', 'disable');
  }
  return parsed.href;
}

function mask(text: string, url: Secret): string {
  const { password } = new URL(url.reveal());
  const spellings = [password, decodeURIComponent(password)].filter((word) => word !== '');
  return spellings.reduce((masked, word) => masked.replaceAll(word, '[hidden]'), text);
}
