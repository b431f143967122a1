// The connections over which an installation is looked at: read-only in spirit, of a process that
// is no part of the pipeline. A server that is away makes single questions fail, nothing else.

import { KafkaInspector } from '../platform/clients/kafka-inspector.ts';
import { createKafka, type KafkaClient } from '../platform/clients/kafka.ts';
import { PostgresPool } from '../platform/clients/postgres.ts';
import { RedisConnection } from '../platform/clients/redis.ts';
import type { Logger } from '../platform/logger.ts';
import { pause } from '../platform/retry.ts';
import type { FlowSettings } from './settings.ts';

export interface Observer {
  readonly settings: FlowSettings;
  /** As the API connects. */
  readonly database: PostgresPool;
  /** As the listener connects: it may read the outbox and ask the audit. */
  readonly listenerDatabase: PostgresPool;
  readonly redis: RedisConnection;
  /** Undefined where there is no Kafka. */
  readonly kafka: { readonly client: KafkaClient; readonly inspector: KafkaInspector } | undefined;
  stop(): Promise<void>;
}

/** A busy server must not be taken for one that is away. */
const patience = { connectTimeoutMs: 10_000, queryTimeoutMs: 10_000, statementTimeoutMs: 9000 };
const redisPatienceMs = 10_000;

/** Waits for Redis a little, as its connection comes up in the background; for nothing else. */
export async function startObserver(settings: FlowSettings, logger: Logger): Promise<Observer> {
  const pool = (url: FlowSettings['databaseUrl']) =>
    new PostgresPool({
      url,
      applicationName: 'cinesync-observer',
      connectionsMax: 2,
      ...patience,
      logger,
    });
  const database = pool(settings.databaseUrl);
  const listenerDatabase = pool(settings.listenerDatabaseUrl);
  const redis = new RedisConnection({
    url: settings.redisUrl,
    name: 'cinesync-observer',
    deadlineMs: redisPatienceMs,
    logger,
  });
  redis.start();
  const kafka = settings.kafkaEnabled ? inspectKafka(settings, logger) : undefined;
  await untilDecided(redis);
  return {
    settings,
    database,
    listenerDatabase,
    redis,
    kafka,
    stop: async () => {
      redis.stop();
      await Promise.all([database.end(), listenerDatabase.end(), kafka?.inspector.stop()]);
    },
  };
}

function inspectKafka({ bootstrapServers }: FlowSettings, logger: Logger) {
  const client = createKafka({ bootstrapServers, clientId: 'cinesync-observer', logger });
  return { client, inspector: new KafkaInspector(client) };
}

async function untilDecided(redis: RedisConnection): Promise<void> {
  const untilMs = performance.now() + redisPatienceMs;
  while (!redis.isReady && redis.failure === null && performance.now() < untilMs) {
    await pause(10);
  }
}
