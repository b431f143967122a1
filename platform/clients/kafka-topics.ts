// The topic commands: which exist, with how many partitions, and making those that are missing.

import type { Admin } from 'kafkajs';
import { asKafkaError, type KafkaClient } from './kafka.ts';

export interface TopicSpecification {
  topic: string;
  partitionCount: number;
  config: Record<string, string>;
}

/** Creates the topics that are missing and returns their names; concurrent callers are harmless. */
export async function createMissingTopics(
  kafka: KafkaClient,
  specifications: readonly TopicSpecification[],
): Promise<string[]> {
  return await withAdmin(kafka, async (admin) => {
    const existing = new Set(await admin.listTopics());
    const missing = specifications.filter(({ topic }) => !existing.has(topic));
    if (missing.length > 0) {
      const replication = replicationOf((await admin.describeCluster()).brokers.length);
      await admin.createTopics({
        waitForLeaders: true,
        topics: missing.map(({ topic, partitionCount, config }) => ({
          topic,
          numPartitions: partitionCount,
          replicationFactor: replication.factor,
          configEntries: Object.entries({ ...replication.config, ...config }).map(
            ([name, value]) => ({ name, value }),
          ),
        })),
      });
    }
    return missing.map(({ topic }) => topic);
  });
}

const replicasMax = 3;

/** What is acknowledged is on two brokers wherever there are three, and one of them may be away. */
export function replicationOf(brokerCount: number) {
  const factor = Math.max(1, Math.min(replicasMax, brokerCount));
  return { factor, config: { 'min.insync.replicas': String(Math.max(1, factor - 1)) } };
}

/** The number of partitions of each topic that exists, freshly asked. */
export async function readPartitionCounts(
  kafka: KafkaClient,
  topics: readonly string[],
): Promise<Map<string, number>> {
  return await withAdmin(kafka, async (admin) => {
    const existing = new Set(await admin.listTopics());
    const asked = topics.filter((topic) => existing.has(topic));
    if (asked.length === 0) {
      return new Map();
    }
    const metadata = await admin.fetchTopicMetadata({ topics: asked });
    return new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]));
  });
}

async function withAdmin<Result>(
  kafka: KafkaClient,
  use: (admin: Admin) => Promise<Result>,
): Promise<Result> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await use(admin);
  } catch (error) {
    throw asKafkaError(error);
  } finally {
    await admin.disconnect();
  }
}
