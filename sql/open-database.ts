// A session on the database to migrate, which is made first where it does not exist.

import { PostgresSession } from '../platform/clients/postgres.ts';
import { Secret } from '../platform/secret.ts';

interface OpenDatabaseOptions {
  url: Secret;
  report: (line: string) => unknown;
}

const databaseMissing = '3D000';
/** Another migration made it between our look and our attempt. */
const madeMeanwhile = ['42P04', '23505'];

/** @throws TransientError while the server can not be reached. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<PostgresSession> {
  try {
    return await openSession(options.url);
  } catch (error) {
    if (codeOf(error) !== databaseMissing) {
      throw error;
    }
  }
  await createDatabase(options);
  return await openSession(options.url);
}

async function createDatabase({ url, report }: OpenDatabaseOptions): Promise<void> {
  const target = new URL(url.reveal());
  const name = decodeURIComponent(target.pathname.slice(1));
  target.pathname = '/postgres';
  const session = await openSession(new Secret(target.href));
  try {
    const [quoted] = await session.query({
      text: 'select quote_ident($1) as name',
      values: [name],
    });
    await session.query({ text: `create database ${String(quoted?.name)}` });
    report(`created the database ${name}`);
  } catch (error) {
    if (!madeMeanwhile.includes(codeOf(error))) {
      throw error;
    }
  } finally {
    session.destroy();
  }
}

async function openSession(url: Secret): Promise<PostgresSession> {
  return await PostgresSession.open({
    url,
    applicationName: 'cinesync-migrate',
    queryTimeoutMs: 60_000,
    statementTimeoutMs: 55_000,
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
