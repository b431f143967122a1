// What a run tests: the processes and the schema, either of a source tree or of the control arm,
// and how to know that everything written has reached the cache.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kafka, logLevel } from 'kafkajs';
import { runOneShot } from '../../../stack/one-shot.ts';
import type { Places } from '../../../stack/places.ts';
import type { Step } from '../../../stack/progress.ts';
import type { Role } from './actors.ts';
import type { Servers } from './servers.ts';
import { cachedResources } from '../../../contract/resources.ts';
import { withSession } from './sessions.ts';

export interface Pipeline {
  readonly source: string;
  readonly mains: Readonly<Record<Role, string>>;
  /** How the cache is known to have caught up: by its positions, or not at all. */
  readonly positionsPerTopic: number | null;
  install(options: InstallOptions): Promise<void>;
}

export interface InstallOptions {
  readonly servers: Servers;
  readonly places: Places;
  readonly step: Step;
}

const partitionsPerTopic = 3;
/** Below the number of rows that a bulk change of the workload writes. */
const flushOver = 30;

export function testedPipeline(source: string, mode: 'direct' | 'kafka'): Pipeline {
  return {
    source,
    mains: {
      api: 'api/main.ts',
      cleaner: 'workers/cleaner/main.ts',
      listener: 'workers/listener/main.ts',
    },
    positionsPerTopic: mode === 'kafka' ? partitionsPerTopic : 1,
    install: async ({ servers, places, step }) => {
      const env = {
        ...process.env,
        DATABASE_URL: servers.databaseUrl,
        ENABLE_KAFKA: String(mode === 'kafka'),
        KAFKA_BOOTSTRAP_SERVERS: servers.bootstrapServers.join(',') || '127.0.0.1:1',
      };
      const at = { ...places, root: source };
      await runOneShot({ name: 'migrate', main: 'sql/migrate-main.ts', env, places: at, step });
      await withSession(servers.databaseUrl, (session) =>
        session.query(
          `select cache.watch('city', resource => 'city', columns => '{countrycode}',
             channel => 'city_updates', flush_over => ${flushOver})`,
        ),
      );
    },
  };
}

const checkout = fileURLToPath(new URL('../../../', import.meta.url));
const tables = ['0001_city', '0002_catalog', '0032_popularity'].map(
  (name) => `sql/migrations/${name}.sql`,
);

export function controlPipeline(): Pipeline {
  return {
    source: checkout,
    mains: {
      api: 'test/faults/control/api.ts',
      cleaner: 'test/faults/control/cleaner.ts',
      listener: 'test/faults/control/relay.ts',
    },
    positionsPerTopic: null,
    install: async ({ servers, step }) => {
      step.report('the obvious triggers');
      await withSession(servers.databaseUrl, async (session) => {
        for (const file of [...tables, 'test/faults/control/triggers.sql']) {
          await session.query(readFileSync(join(checkout, file), 'utf8'));
        }
      });
      await createTopics(servers.bootstrapServers);
      step.succeed('the obvious pipeline');
    },
  };
}

async function createTopics(brokers: readonly string[]): Promise<void> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = cachedResources.map(({ topic }) => {
      return { topic, numPartitions: partitionsPerTopic };
    });
    await admin.createTopics({ topics, waitForLeaders: true });
  } finally {
    await admin.disconnect();
  }
}
