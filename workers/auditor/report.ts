// What the auditor says of itself on /health: degraded, once it found something, until it is
// restarted by somebody who has looked.

import type { Trust } from '../../cache/trust.ts';
import { problem } from '../../contract/problems.ts';
import { type CachedResource, cachedResources } from '../../contract/resources.ts';
import type { Duty } from '../../observe/duty.ts';
import type { KafkaSource } from '../../platform/clients/kafka-source.ts';
import type { RedisConnection } from '../../platform/clients/redis.ts';
import type { HealthCheck, HealthReport } from '../../platform/health.ts';
import type { AuditDatabase } from './database.ts';
import type { Keyspace } from './keyspace.ts';
import type { Tally } from './tally.ts';

export interface ReportParts {
  database: Pick<AuditDatabase, 'failure'>;
  redis: Pick<RedisConnection, 'isReady'>;
  /** Absent without Kafka: then only the keyspace is audited. */
  source: Pick<KafkaSource, 'isConsuming' | 'failure'> | undefined;
  trust: Pick<Trust, 'of'>;
  keyspace: Pick<Keyspace, 'sweepsOf'>;
  tally: Tally;
  duty: Pick<Duty, 'problems'>;
}

export function reportAuditor(parts: ReportParts): HealthReport {
  const { database, redis, source, trust, keyspace, tally, duty } = parts;
  const audit = (resource: CachedResource) => ({
    ...tally.describe(resource),
    sweeps: keyspace.sweepsOf(resource),
    bypass: trust.of(resource).bypass,
  });
  const audits = cachedResources.map((resource) => [resource.name, audit(resource)] as const);
  return {
    checks: {
      postgres: check(database.failure === null, database.failure),
      redis: check(redis.isReady, null),
      ...(source && { kafka: check(source.isConsuming, source.failure) }),
    },
    problems: [
      ...audits
        .filter(([, { stale }]) => stale > 0)
        .map(([name, { stale }]) =>
          problem('stale-entry', `${name}: an entry was found stale, ${stale} times in all`),
        ),
      ...duty.problems,
    ],
    samples: source === undefined ? ['keyspace'] : ['changed rows', 'keyspace'],
    audit: Object.fromEntries(audits),
    last_finding: tally.lastFinding,
  };
}

function check(up: boolean, error: string | null): HealthCheck {
  return { status: up ? 'up' : 'down', ...(error === null ? {} : { error }) };
}
