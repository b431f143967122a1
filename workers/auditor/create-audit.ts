// Puts the audit together: both sources, the observer, and where verdicts and findings go.

import { entryLoaders } from '../../cache/loaders/entry-loaders.ts';
import type { Trust } from '../../cache/trust.ts';
import type { CachedResource, ResourceName } from '../../contract/resources.ts';
import { updatesTopic } from '../../contract/topics.ts';
import { createKafka } from '../../platform/clients/kafka.ts';
import { groupSilenceMaxMs } from '../../platform/clients/kafka-consumer.ts';
import { KafkaSource } from '../../platform/clients/kafka-source.ts';
import type { Logger } from '../../platform/logger.ts';
import { Auditor, type StaleEntry } from './auditor.ts';
import { ChangedCodes } from './changed-codes.ts';
import type { Clients } from './clients.ts';
import { describeFinding } from './finding.ts';
import { Keyspace } from './keyspace.ts';
import { Observer } from './observer.ts';
import { Pace } from './pace.ts';
import type { AuditorSettings } from './settings.ts';
import type { Tally } from './tally.ts';

export interface AuditOptions {
  settings: AuditorSettings;
  clients: Clients;
  trust: Trust;
  tally: Tally;
  logger: Logger;
}

export interface Audit {
  auditor: Auditor;
  keyspace: Keyspace;
  /** Absent without Kafka. */
  source: KafkaSource | undefined;
}

export function createAudit(options: AuditOptions): Audit {
  const { settings, clients, trust, tally, logger } = options;
  const { database, databaseState, redis } = clients;
  const { topicNamespace, boundMs } = settings;
  const changes = new ChangedCodes({ topicNamespace, boundMs });
  const keyspace = new Keyspace({
    redis,
    isTrusted: (resource) => trust.of(resource).bypass === null,
  });
  const observer = new Observer({
    redis,
    load: ({ resource, code }) => entryLoaders[resource.name as ResourceName](database, code),
    readDatabaseMs: () => database.readMs(),
    trustOf: (resource) => trust.of(resource),
    incarnation: () => databaseState.latest?.incarnation ?? null,
  });
  const auditor = new Auditor({
    ...(settings.kafkaEnabled ? { changes } : {}),
    keyspace,
    observer,
    topicOf: (resource: CachedResource) => updatesTopic(resource, topicNamespace),
    pace: new Pace(settings.comparisonsPerSecond),
    boundMs,
    onVerdict: (resource, verdict) => {
      tally.count(resource, verdict);
      if (verdict === 'server') {
        // The server at the other end may no longer be the primary.
        database.renew();
      }
    },
    onStale: (found) => reportStale(found, changes, options),
    logger,
  });
  return { auditor, keyspace, source: createSource(options, changes) };
}

function createSource(options: AuditOptions, changes: ChangedCodes): KafkaSource | undefined {
  const { settings, logger } = options;
  if (!settings.kafkaEnabled) {
    return undefined;
  }
  const { bootstrapServers, groupId } = settings;
  return new KafkaSource({
    kafka: createKafka({
      bootstrapServers,
      clientId: 'cinesync-auditor',
      logger,
      silenceMaxMs: groupSilenceMaxMs,
    }),
    groupId,
    topics: changes.topics,
    samples: true,
    onBatch: (batch) => changes.take(batch),
    logger,
  });
}

function reportStale(found: StaleEntry, changes: ChangedCodes, options: AuditOptions): void {
  const { settings, trust, tally, logger } = options;
  const { subject } = found;
  const finding = describeFinding({
    ...found,
    lagMs: trust.of(subject.resource).lagMs,
    ttlSeconds: settings.ttlSeconds(subject.resource),
    lastChange: changes.lastChange(subject),
    lastFlush: changes.lastFlush(subject.resource),
  });
  tally.keep(finding);
  const message = `${finding.key} is not what the database says, and was not a bound ago`;
  logger.error({ component: 'auditor', event: 'auditor.stale', ...finding }, message);
}
