// What the cleaner says of itself on /health.

import { type Problem, problem } from '../../contract/problems.ts';
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
    problems: [
      ...(redis.isReady ? [] : [problem('redis-unreachable', redis.failure ?? 'not connected')]),
      ...(source.failure === null ? [] : [explainSource(source.failure)]),
    ],
  };
}

function explainSource(failure: string): Problem {
  return failure.startsWith('no topic ')
    ? problem('topic-missing', failure)
    : problem('kafka-unreachable', failure);
}
