// The pipeline that everybody would write first, as the fault suite has it: a trigger per row that
// notifies, a Kafka message per notification, a DEL per message.

import { cachedResources } from '../../contract/resources.ts';
import { pause } from '../../platform/retry.ts';
import { createDatabase, type Database } from '../../test/support/database.ts';
import { eventually } from '../../test/support/eventually.ts';
import { connectKafka } from '../../test/support/kafka.ts';
import type { TestScope } from '../../test/support/processes.ts';
import { createRedisDatabase, type RedisDatabase } from '../../test/support/redis.ts';
import { servers } from '../../test/support/servers.ts';
import { startObviousWorker } from './arm-process.ts';
import { captureBy } from './databases.ts';

export interface ObviousPipeline {
  readonly database: Database;
  readonly redis: RedisDatabase;
}

const topics = cachedResources.map(({ topic }) => ({ topic, numPartitions: 3 }));

export async function startObviousPipeline(scope: TestScope): Promise<ObviousPipeline> {
  const database = await createDatabase(scope, { migrated: true });
  await captureBy(database, 'obvious');
  const redis = await createRedisDatabase(scope);
  await createTopics();
  const { KAFKA_BOOTSTRAP_SERVERS } = servers();
  const env = { DATABASE_URL: database.url, REDIS_URL: redis.url, KAFKA_BOOTSTRAP_SERVERS };
  await startObviousWorker(scope, 'test/faults/control/cleaner.ts', env);
  await startObviousWorker(scope, 'test/faults/control/relay.ts', env);
  await waitUntilItHears({ database, redis });
  return { database, redis };
}

/** What is notified before it listens, or sent before it reads, it never learns of. */
async function waitUntilItHears({ database, redis }: ObviousPipeline): Promise<void> {
  const key = 'cities_ZZZ';
  await redis.command('SET', key, '[]');
  await eventually(
    async () => {
      await database.query(`notify city_updates, 'ZZZ'`);
      await pause(200);
      return (await redis.command('EXISTS', key)) === 0 || undefined;
    },
    { what: 'the obvious pipeline to delete a key', timeoutMs: 60_000 },
  );
}

/** They stay from one scenario to the next: nothing reads them from the beginning. */
async function createTopics(): Promise<void> {
  const admin = connectKafka().admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics, waitForLeaders: true });
  } finally {
    await admin.disconnect();
  }
}
