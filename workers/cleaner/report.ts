// What the cleaner says of itself on /health.

import type { KafkaSource } from '../../platform/clients/kafka-source.ts';
import type { RedisConnection } from '../../platform/clients/redis.ts';
import type { HealthReport } from '../../platform/health.ts';

export function reportCleaner(parts: {
  redis: RedisConnection;
  source: KafkaSource;
}): HealthReport {
  const { redis, source } = parts;
  return {
    checks: {
      redis: { status: redis.isReady ? 'up' : 'down' },
      kafka: {
        status: source.isConsuming ? 'up' : 'down',
        ...(source.failure === null ? {} : { error: source.failure }),
      },
    },
    assignment: source.assignment,
  };
}
