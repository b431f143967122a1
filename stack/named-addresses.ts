// A server whose address the environment or .env names is used and not started. The names are
// those of the settings; what else belongs to the server travels with its address.

import type { LocalServer } from './servers/local-server.ts';

type ServerName = LocalServer['name'];

const addressNames: Record<ServerName, readonly string[]> = {
  kafka: ['KAFKA_BOOTSTRAP_SERVERS'],
  'object-store': ['S3_ENDPOINT'],
  postgres: ['DATABASE_URL'],
  redis: ['REDIS_URL', 'REDIS_HOST'],
};

const companions: Record<ServerName, readonly string[]> = {
  kafka: [],
  'object-store': ['S3_ACCESS_KEY', 'S3_SECRET_KEY', 'S3_BUCKET', 'S3_REGION'],
  postgres: ['LISTENER_DATABASE_URL'],
  redis: ['REDIS_PORT'],
};

/** The settings of a server that is named, undefined for one that we start ourselves. */
export function namedServer(
  name: ServerName,
  env: NodeJS.ProcessEnv,
): Record<string, string> | undefined {
  const settings = pick(env, addressNames[name]);
  if (Object.keys(settings).length === 0) return undefined;
  return { ...settings, ...pick(env, companions[name]) };
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = env[name];
    if (value !== undefined && value !== '') picked[name] = value;
  }
  return picked;
}
