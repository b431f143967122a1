// The walkthrough's UPDATE changes nothing the second time, so each start puts the row back.

import { PostgresSession } from '../platform/clients/postgres.ts';
import { Secret } from '../platform/secret.ts';

const timeoutMs = 5_000;

export async function resetDobric(databaseUrl: string): Promise<void> {
  const session = await PostgresSession.open({
    url: new Secret(databaseUrl),
    applicationName: 'cinesync-start',
    queryTimeoutMs: timeoutMs,
    statementTimeoutMs: timeoutMs,
  });
  try {
    await session.query({
      text: `update city set population = 111001
              where name = 'Dobric' and countrycode = 'BGR' and population <> 111001`,
    });
  } finally {
    session.destroy();
  }
}
