// The clients of the servers that every API process uses, and what /health asks of them.

import { DatabaseStateReader } from '../cache/database-state.ts';
import { problem } from '../contract/problems.ts';
import { postgresProblem } from '../observe/doctor/postgres-problem.ts';
import { KafkaProbe } from '../platform/clients/kafka-probe.ts';
import { createKafka } from '../platform/clients/kafka.ts';
import { ObjectStore } from '../platform/clients/object-store.ts';
import { describeError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Component } from '../platform/run-process.ts';
import type { Database, WriteDatabase } from './database.ts';
import { boundDatabases, createPools } from './database-pools.ts';
import type { ServerProbe } from './health/server-checks.ts';
import type { ApiSettings } from './settings.ts';

export interface Clients {
  readonly database: Database;
  /** Apart from the loads, so that writers who wait for each other keep no reader waiting. */
  readonly writeDatabase: WriteDatabase;
  /** For lists and searches, so that they never keep the loads of the cache waiting. */
  readonly listDatabase: Database;
  readonly databaseState: DatabaseStateReader;
  /** Leaves the server at the end of the connections: it may not be the primary any more. */
  reconnect(): void;
  readonly objectStore: ObjectStore;
  /** They need no start; stopping them closes their connections. */
  readonly component: Component;
  readonly probes: readonly ServerProbe[];
}

export function createClients({
  settings,
  logger,
}: {
  settings: ApiSettings;
  logger: Logger;
}): Clients {
  const pools = createPools({ settings, logger });
  const databaseState = new DatabaseStateReader(pools.state);
  const kafkaProbe = new KafkaProbe(
    createKafka({
      bootstrapServers: settings.KAFKA_BOOTSTRAP_SERVERS,
      clientId: 'cinesync-api',
      logger,
    }),
  );
  const objectStore = new ObjectStore({
    endpoint: settings.S3_ENDPOINT,
    region: settings.S3_REGION,
    bucket: settings.S3_BUCKET,
    accessKey: settings.S3_ACCESS_KEY,
    secretKey: settings.S3_SECRET_KEY,
  });

  return {
    ...boundDatabases(pools),
    databaseState,
    reconnect: () => {
      for (const pool of [pools.loads, pools.lists, pools.writes]) {
        pool.renew();
      }
    },
    objectStore,
    component: {
      name: 'clients',
      start: async () => undefined,
      stop: async () => {
        objectStore.stop();
        const ended = Object.values(pools).map(async (pool) => pool.end());
        await Promise.all([...ended, kafkaProbe.stop()]);
      },
    },
    probes: createProbes({ databaseState, kafkaProbe, objectStore }).filter(
      ({ name }) => name !== 'kafka' || settings.ENABLE_KAFKA,
    ),
  };
}

interface Probed {
  databaseState: DatabaseStateReader;
  kafkaProbe: KafkaProbe;
  objectStore: ObjectStore;
}

function createProbes({ databaseState, kafkaProbe, objectStore }: Probed): ServerProbe[] {
  return [
    {
      name: 'postgres',
      neededForReadiness: true,
      ask: async () => {
        await databaseState.read();
        return {};
      },
      explain: (error) => postgresProblem(error, 'DATABASE_URL'),
    },
    {
      name: 'kafka',
      neededForReadiness: false,
      ask: async () => ({ brokers: await kafkaProbe.countBrokers() }),
      explain: (error) => problem('kafka-unreachable', describeError(error)),
    },
    {
      name: 'object_store',
      neededForReadiness: false,
      ask: async () => {
        await objectStore.assertReachable();
        return {};
      },
      explain: (error) => problem('object-store-unreachable', describeError(error)),
    },
  ];
}
