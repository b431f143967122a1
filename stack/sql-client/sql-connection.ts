// The connection of `npm run sql`. Values come as the text that Postgres writes, so that a person
// sees what psql would show. Not platform's session: that one is for programs and hides the shape
// of a result.

import pg from 'pg';
import { describeError } from '../../platform/errors.ts';
import { StackError } from '../stack-error.ts';
import type { SqlResult } from './format-result.ts';

export interface SqlConnection {
  /** Rejects with the error of Postgres. */
  run(statement: string): Promise<SqlResult>;
  close(): Promise<void>;
}

const connectTimeoutMs = 5_000;

export async function connectSql(
  url: string,
  onNotice: (text: string) => void,
): Promise<SqlConnection> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'cinesync-sql',
    connectionTimeoutMillis: connectTimeoutMs,
    types: { getTypeParser: () => (value: unknown) => value },
  });
  client.on('notice', (notice) => onNotice(`${notice.severity}: ${notice.message}`));
  // A connection that breaks while idle shows at the next statement.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (cause) {
    throw new StackError(notConnected(url, describeError(cause)), { cause });
  }
  return {
    run: async (statement) => {
      const result = await client.query<(string | null)[]>({ text: statement, rowMode: 'array' });
      const { command, rowCount, fields, rows } = result;
      return { command, rowCount, fields, rows };
    },
    close: () => client.end(),
  };
}

function notConnected(url: string, reason: string): string {
  const { host } = new URL(url);
  return (
    `Postgres at ${host} can not be used: ${reason}.\n` +
    'Start it in another terminal: npm start (or npm run stack),\n' +
    'or name another one: DATABASE_URL=postgresql://user:password@host:5432/database in .env'
  );
}
