// A Redis database of its own for one test: the next free number, emptied before and after.

import { createClient } from '@redis/client';
import type { TestScope } from './processes.ts';
import { servers } from './servers.ts';

export interface RedisDatabase {
  url: string;
  /** One command, as typed into redis-cli. */
  command: <Reply>(...parts: string[]) => Promise<Reply>;
}

/** Database 0 holds only the counter; the local server has 512. */
const databasesMax = 511;

export async function createRedisDatabase(
  scope: TestScope,
  server = servers().REDIS_URL,
): Promise<RedisDatabase> {
  const number = await onRedis(server, (client) => client.incr('test_databases'));
  const url = new URL(server);
  url.pathname = `/${1 + (number % databasesMax)}`;
  const client = createClient({ url: url.href });
  client.on('error', () => undefined);
  await client.connect();
  await client.flushDb();
  scope.after(async () => {
    await client.flushDb();
    client.destroy();
  });
  return {
    url: url.href,
    command: <Reply>(...parts: string[]) => client.sendCommand<Reply>(parts),
  };
}

type Client = ReturnType<typeof createClient>;

async function onRedis<Result>(
  url: string,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = createClient({ url });
  await client.connect();
  try {
    return await use(client as Client);
  } finally {
    client.destroy();
  }
}
