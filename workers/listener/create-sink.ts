// Chooses the sink: Kafka, or with ENABLE_KAFKA=false the cache itself.

import { partitionOf } from '../../contract/partition.ts';
import { createKafka } from '../../platform/clients/kafka.ts';
import { Publisher } from '../../platform/clients/kafka-publisher.ts';
import { RedisConnection } from '../../platform/clients/redis.ts';
import type { Logger } from '../../platform/logger.ts';
import { CacheSink } from './cache-sink.ts';
import { KafkaSink } from './kafka-sink.ts';
import type { ListenerSettings } from './settings.ts';
import type { Sink } from './sink.ts';

export function createSink(settings: ListenerSettings, logger: Logger): Sink {
  const { topicNamespace } = settings;
  if (settings.kafkaEnabled) {
    const { bootstrapServers } = settings;
    const kafka = createKafka({ bootstrapServers, clientId: 'cinesync-listener', logger });
    return new KafkaSink({
      kafka,
      publisher: new Publisher({ kafka, partitionOf }),
      topicNamespace,
      logger,
    });
  }
  const { redisUrl: url } = settings;
  const redis = new RedisConnection({ url, name: 'cinesync-listener', deadlineMs: 5000, logger });
  return new CacheSink({ redis, topicNamespace, logger });
}
