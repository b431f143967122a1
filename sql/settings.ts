// What `migrate` needs to know: the database, the listener's login, and where the topics go.

import { z } from 'zod';
import * as fields from '../platform/setting-fields.ts';
import { type Environment, readSettings } from '../platform/settings.ts';

const schema = z.object({
  DATABASE_URL: fields.databaseUrl,
  LISTENER_DATABASE_URL: fields.listenerDatabaseUrl,
  KAFKA_BOOTSTRAP_SERVERS: fields.kafkaBootstrapServers,
  TOPIC_NAMESPACE: fields.topicNamespace,
  ...fields.eventFields,
  ENABLE_KAFKA: fields.flag(true),
});

export type MigrateSettings = Readonly<z.output<typeof schema>>;

/** @throws SettingsError naming every mistake. */
export function readMigrateSettings(environment: Environment): MigrateSettings {
  return readSettings(schema, environment);
}
