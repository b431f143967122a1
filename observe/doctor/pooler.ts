// Whether something between the listener and Postgres hands sessions from one client to another.
// The listener's locks, its prepared statements and LISTEN all live in a session of its own.

import { PostgresSession } from '../../platform/clients/postgres.ts';
import type { Secret } from '../../platform/secret.ts';
import { type Check, ill, well } from './finding.ts';

export const checkPooler: Check = async ({ settings }) => {
  const shared = await sharesSessions(settings.listenerDatabaseUrl);
  return [
    shared
      ? ill(
          'postgres pooler',
          'postgres-pooler',
          'LISTENER_DATABASE_URL: two connections were served by one session of Postgres',
        )
      : well('postgres pooler', 'the listener has sessions of its own'),
  ];
};

/**
 * A pooler in transaction mode gives the session of a client that rests to the next that asks, and
 * another one to the first when it asks again.
 */
async function sharesSessions(url: Secret): Promise<boolean> {
  const options = {
    url,
    applicationName: 'cinesync-observer',
    connectTimeoutMs: 10_000,
    queryTimeoutMs: 10_000,
    statementTimeoutMs: 9000,
  };
  const first = await PostgresSession.open(options);
  try {
    const second = await PostgresSession.open(options);
    try {
      const before = await serverPid(first);
      await second.query({ text: 'begin' });
      const between = await serverPid(second);
      const after = await serverPid(first);
      await second.query({ text: 'rollback' });
      return between === before || after !== before;
    } finally {
      second.destroy();
    }
  } finally {
    first.destroy();
  }
}

async function serverPid(session: PostgresSession): Promise<unknown> {
  const [row] = await session.query({ text: 'select pg_backend_pid() as pid' });
  return row?.pid;
}
