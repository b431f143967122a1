// The clients of the servers that every API process uses, and what /health asks of them.

import { DatabaseStateReader } from '../cache/database-state.ts';
import { KafkaProbe } from '../platform/clients/kafka-probe.ts';
import { createKafka } from '../platform/clients/kafka.ts';
import { ObjectStore } from '../platform/clients/object-store.ts';
import { PostgresPool } from '../platform/clients/postgres.ts';
import type { Logger } from '../platform/logger.ts';
import type { Component } from '../platform/run-process.ts';
import { BoundedDatabase, type Database, type WriteDatabase } from './database.ts';
import type { ServerProbe } from './health/server-checks.ts';
import type { ApiSettings } from './settings.ts';

export interface Clients {
  readonly database: Database;
  /** Apart from the loads, so that writers who wait for each other keep no reader waiting. */
  readonly writeDatabase: WriteDatabase;
  readonly databaseState: DatabaseStateReader;
  /** Drops the connections that loads use. */
  reconnectLoads(): void;
  readonly objectStore: ObjectStore;
  /** They need no start; stopping them closes their connections. */
  readonly component: Component;
  readonly probes: readonly ServerProbe[];
}

const loadConnectionsMax = 10;
const waitingLoadsMax = 200;
/** A load that would end after its lease must not go on. */
const leaseReserveMs = 500;
const stateTimeoutMs = 500;
const writeConnectionsMax = 5;
const waitingWritesMax = 50;
const writeTimeoutMs = 5000;

export function createClients({
  settings,
  logger,
}: {
  settings: ApiSettings;
  logger: Logger;
}): Clients {
  const postgres = { url: settings.DATABASE_URL, logger };
  const loadPool = new PostgresPool({
    ...postgres,
    applicationName: 'cinesync-api',
    connectionsMax: loadConnectionsMax,
    statementTimeoutMs: settings.LEASE_MS - leaseReserveMs,
    queryTimeoutMs: settings.LEASE_MS,
  });
  const statePool = new PostgresPool({
    ...postgres,
    applicationName: 'cinesync-api-state',
    connectionsMax: 1,
    statementTimeoutMs: stateTimeoutMs,
    queryTimeoutMs: stateTimeoutMs,
  });
  const writePool = new PostgresPool({
    ...postgres,
    applicationName: 'cinesync-api-writes',
    connectionsMax: writeConnectionsMax,
    statementTimeoutMs: writeTimeoutMs,
    queryTimeoutMs: writeTimeoutMs + 500,
  });
  const databaseState = new DatabaseStateReader(statePool);
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
    database: new BoundedDatabase({
      pool: loadPool,
      statementsMax: loadConnectionsMax + waitingLoadsMax,
    }),
    writeDatabase: new BoundedDatabase({
      pool: writePool,
      statementsMax: writeConnectionsMax + waitingWritesMax,
    }),
    databaseState,
    reconnectLoads: () => loadPool.renew(),
    objectStore,
    component: {
      name: 'clients',
      start: async () => undefined,
      stop: async () => {
        objectStore.stop();
        await Promise.all([loadPool.end(), statePool.end(), writePool.end(), kafkaProbe.stop()]);
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
    },
    {
      name: 'kafka',
      neededForReadiness: false,
      ask: async () => ({ brokers: await kafkaProbe.countBrokers() }),
    },
    {
      name: 'object_store',
      neededForReadiness: false,
      ask: async () => {
        await objectStore.assertReachable();
        return {};
      },
    },
  ];
}
