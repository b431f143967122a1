// Short visits to the servers themselves, past the network that faults befall.

import { createClient } from '@redis/client';
import pg from 'pg';

export async function withSession<Result>(
  url: string,
  use: (session: pg.Client) => Promise<Result>,
): Promise<Result> {
  const session = new pg.Client({
    connectionString: url,
    application_name: 'faults-admin',
    connectionTimeoutMillis: 3000,
    query_timeout: 10_000,
  });
  session.on('error', () => undefined);
  try {
    await session.connect();
    return await use(session);
  } finally {
    await session.end().catch(() => undefined);
  }
}

/** One command as typed into redis-cli. */
export type RedisCommand = <Reply>(...parts: string[]) => Promise<Reply>;

export async function withRedis<Result>(
  url: string,
  use: (command: RedisCommand) => Promise<Result>,
): Promise<Result> {
  const client = createClient({
    url,
    commandOptions: { timeout: 5000 },
    socket: { connectTimeout: 3000, reconnectStrategy: false },
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use((...parts) => client.sendCommand(parts));
  } finally {
    if (client.isOpen) client.destroy();
  }
}
