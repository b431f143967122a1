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
  const client = await connect(url.href);
  await client.flushDb();
  scope.after(async () => {
    if (client.isReady) {
      await client.flushDb();
    }
    client.destroy();
  });
  return databaseOf(client, url.href);
}

/** One that is there already, left as it is. */
export async function connectRedis(scope: TestScope, url: string): Promise<RedisDatabase> {
  const client = await connect(url);
  scope.after(() => client.destroy());
  return databaseOf(client, url);
}

type Client = ReturnType<typeof createClient>;

async function connect(url: string): Promise<Client> {
  const client = createClient({ url });
  client.on('error', () => undefined);
  await client.connect();
  return client as Client;
}

function databaseOf(client: Client, url: string): RedisDatabase {
  return { url, command: <Reply>(...parts: string[]) => client.sendCommand<Reply>(parts) };
}

async function onRedis<Result>(
  url: string,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = await connect(url);
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}
