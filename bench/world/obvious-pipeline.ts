// The pipeline that everybody would write first, as the fault suite has it: a trigger per row that
// notifies, a Kafka message per notification, a DEL per message.

import { createDatabase, type Database } from '../../test/support/database.ts';
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

const topics = ['city_updates', 'movie_updates'].map((topic) => ({ topic, numPartitions: 3 }));

export async function startObviousPipeline(scope: TestScope): Promise<ObviousPipeline> {
  const database = await createDatabase(scope, { migrated: true });
  await captureBy(database, 'obvious');
  const redis = await createRedisDatabase(scope);
  await createTopics();
  const { KAFKA_BOOTSTRAP_SERVERS } = servers();
  const env = { DATABASE_URL: database.url, REDIS_URL: redis.url, KAFKA_BOOTSTRAP_SERVERS };
  await startObviousWorker(scope, 'test/faults/control/cleaner.ts', env);
  await startObviousWorker(scope, 'test/faults/control/relay.ts', env);
  return { database, redis };
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
