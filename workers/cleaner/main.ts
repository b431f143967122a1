// The cleaner process: Kafka → Redis. Any number may run; the group shares the partitions.

import { partitionOf } from '../../contract/partition.ts';
import { createKafka } from '../../platform/clients/kafka.ts';
import { groupSilenceMaxMs } from '../../platform/clients/kafka-consumer.ts';
import { Publisher } from '../../platform/clients/kafka-publisher.ts';
import { KafkaSource } from '../../platform/clients/kafka-source.ts';
import { readPartitionCounts } from '../../platform/clients/kafka-topics.ts';
import { RedisConnection } from '../../platform/clients/redis.ts';
import { createHealthServer } from '../../platform/health-server.ts';
import { createLogger } from '../../platform/logger.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { runProcess } from '../../platform/run-process.ts';
import { Tracing } from '../../platform/tracing.ts';
import { Cleaner } from './cleaner.ts';
import { DeadLetters } from './dead-letters.ts';
import { CleanerMetrics } from './metrics.ts';
import { RedisSink } from './redis-sink.ts';
import { reportCleaner } from './report.ts';
import { readCleanerSettings } from './settings.ts';

await runProcess(() => {
  const settings = readCleanerSettings(process.env);
  const { topicNamespace, groupId } = settings;

  const logger = createLogger({ process: 'cleaner', level: settings.logLevel });
  const metrics = createMetrics('cleaner');
  const tracing = new Tracing({ process: 'cleaner', endpoint: settings.otlpEndpoint });
  const counters = new CleanerMetrics(metrics);

  const { bootstrapServers, redisUrl: url } = settings;
  const client = { bootstrapServers, clientId: 'cinesync-cleaner', logger };
  const kafka = createKafka(client);
  const publisher = new Publisher({ kafka, partitionOf });
  const redis = new RedisConnection({ url, name: 'cinesync-cleaner', deadlineMs: 5000, logger });

  const deadLetters = new DeadLetters({ publisher, logger });
  const sink = new RedisSink({
    redis,
    countPartitions: async (topic) => (await readPartitionCounts(kafka, [topic])).get(topic),
    onFlush: (resource, reason) => counters.countFlush(resource, reason),
    logger,
  });
  const watched = { metrics: counters, tracing, logger };
  const cleaner = new Cleaner({ topicNamespace, sink, deadLetters, ...watched });
  const source = new KafkaSource({
    kafka: createKafka({ ...client, silenceMaxMs: groupSilenceMaxMs }),
    groupId,
    topics: cleaner.topics,
    onBatch: (batch) => cleaner.apply(batch),
    logger,
  });

  const report = () => reportCleaner({ redis, source });
  const health = createHealthServer({ ...settings.health, logger, metrics, report });
  return { logger, components: [tracing, health, sink, deadLetters, source, cleaner] };
});
