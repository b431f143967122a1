// The command `migrate`: the database, its migrations, then the topics. A server that is away is
// waited for; whatever else goes wrong is said in one sentence and ends with exit code 1.

import { describeError, SettingsError, TransientError } from '../platform/errors.ts';
import { retryForever } from '../platform/retry.ts';
import type { Environment } from '../platform/settings.ts';
import { createTopics } from './create-topics.ts';
import { migrate } from './migrate.ts';
import { type MigrateSettings, readMigrateSettings } from './settings.ts';

export interface Output {
  write(text: string): unknown;
}

export interface RunMigrateOptions {
  environment: Environment;
  output: Output;
  errorOutput: Output;
  signal: AbortSignal;
}

/** Resolves with the exit code: 0 migrated, 1 a fault, 2 wrong settings. */
export async function runMigrate(options: RunMigrateOptions): Promise<number> {
  try {
    await migrateAll(readMigrateSettings(options.environment), options);
    return 0;
  } catch (error) {
    options.errorOutput.write(`migrate: ${describeError(error)}\n`);
    return error instanceof SettingsError ? 2 : 1;
  }
}

async function migrateAll(settings: MigrateSettings, options: RunMigrateOptions): Promise<void> {
  const { output } = options;
  const report = (line: string) => output.write(`migrate: ${line}\n`);
  const database = new URL(settings.DATABASE_URL.reveal());
  await retryWhileAway(`Postgres at ${database.host}`, options, () =>
    migrate({
      url: settings.DATABASE_URL,
      listenerUrl: settings.LISTENER_DATABASE_URL,
      signal: options.signal,
      report,
    }),
  );
  if (settings.ENABLE_KAFKA) {
    const bootstrapServers = settings.KAFKA_BOOTSTRAP_SERVERS;
    await retryWhileAway(`Kafka at ${bootstrapServers.join(', ')}`, options, () =>
      createTopics({
        bootstrapServers,
        topicNamespace: settings.TOPIC_NAMESPACE,
        events: {
          namespace: settings.TOPIC_NAMESPACE,
          prefix: settings.KAFKA_TOPIC_PREFIX,
          retentionHours: settings.EVENT_RETENTION_HOURS,
        },
        report,
      }),
    );
  }
  report('ready');
}

/** At the longest delay between two tries that is about once in half a minute. */
const repeatNoticeEvery = 8;

async function retryWhileAway<Result>(
  server: string,
  { errorOutput, signal }: RunMigrateOptions,
  attempt: () => Promise<Result>,
): Promise<Result> {
  return await retryForever(attempt, {
    limits: { firstMs: 250, maxMs: 5000 },
    signal,
    onFailure: (error, failures) => {
      if (!(error instanceof TransientError)) {
        throw error;
      }
      if (failures === 1 || failures % repeatNoticeEvery === 0) {
        const reason = describeError(error);
        errorOutput.write(`migrate: ${server} is away (${reason}); trying until it answers\n`);
      }
    },
  });
}
