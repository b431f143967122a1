// Brings one database up to date: makes it if it is missing, applies the migrations that it lacks
// under a lock of ours (the migration tool has none), and grants the listener's login its rights.
// Every step may be repeated; after a failure nothing needs to be cleaned up.

import { PostgresSession } from '../platform/clients/postgres.ts';
import { CineSyncError } from '../platform/errors.ts';
import { pause } from '../platform/retry.ts';
import type { Secret } from '../platform/secret.ts';
import { runDbmate } from './dbmate.ts';
import { openDatabase } from './open-database.ts';

export interface MigrateOptions {
  url: Secret;
  /** The login in it is granted what the listener needs. */
  listenerUrl?: Secret | undefined;
  signal: AbortSignal;
  report: (line: string) => unknown;
}

/** @throws TransientError while the server can not be reached. */
export async function migrate(options: MigrateOptions): Promise<void> {
  const { url, report } = options;
  const session = await openDatabase({ url, report });
  try {
    await lock(session, options);
    await applyMigrations(session, options);
    await grantListener(session, options);
    await reportGuard(session, options);
  } finally {
    session.destroy();
  }
}

const lockPollMs = 500;
const lockNoticeEvery = 20;

/** Polled: a session that waits for a lock inside Postgres holds back vacuum meanwhile. */
async function lock(session: PostgresSession, options: MigrateOptions): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    options.signal.throwIfAborted();
    const [row] = await session.query({ text: 'select pg_try_advisory_lock(1667327848, 3) as ok' });
    if (row?.ok === true) {
      return;
    }
    if (tries % lockNoticeEvery === 0) {
      options.report('another migration of this database is running; waiting for it');
    }
    await pause(lockPollMs, options.signal);
  }
}

async function applyMigrations(session: PostgresSession, options: MigrateOptions): Promise<void> {
  const { url, signal, report } = options;
  const { failure } = await runDbmate({
    url,
    signal,
    onApplied: (migration) => report(`applied ${migration}`),
  });
  if (failure !== null) {
    // Tells a server that went away, which is waited for, from a migration that fails.
    await session.query({ text: 'select' });
    throw new CineSyncError('migration_failed', failure);
  }
}

async function grantListener(session: PostgresSession, options: MigrateOptions): Promise<void> {
  const { listenerUrl, report } = options;
  const login = listenerUrl === undefined ? '' : userOf(listenerUrl);
  if (login === '' || login === userOf(options.url)) {
    return;
  }
  const [role] = await session.query({
    text: `select quote_ident(rolname) as name,
                  pg_has_role(rolname, 'cache_listener', 'usage') as ok
             from pg_roles where rolname = $1`,
    values: [login],
  });
  if (role === undefined) {
    throw new CineSyncError(
      'listener_login_missing',
      `LISTENER_DATABASE_URL names the role "${login}", which does not exist. ` +
        `Create it: create role "${login}" login password '…';`,
    );
  }
  if (role.ok !== true) {
    await session.query({ text: `grant cache_listener to ${String(role.name)}` });
    report(`granted cache_listener to ${login}`);
  }
}

function userOf(url: Secret): string {
  return decodeURIComponent(new URL(url.reveal()).username);
}

async function reportGuard(session: PostgresSession, { report }: MigrateOptions): Promise<void> {
  const [row] = await session.query({ text: 'select cache.guard_installed() as ok' });
  if (row?.ok !== true) {
    report(
      'without the DDL guard, which only a superuser can install: what ALTER TABLE and DROP take ' +
        'away from capture is noticed by the audit, not at once. To install it, as a superuser: ' +
        'psql -1 -f sql/migrations/0025_ddl_guard.sql',
    );
  }
}
