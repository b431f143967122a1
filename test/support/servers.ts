// The real servers that a server test uses. Their addresses come from the environment, where
// `npm test` puts them; a missing one is a failure, never a skipped test.

export interface ServerAddresses {
  readonly DATABASE_URL: string;
  readonly KAFKA_BOOTSTRAP_SERVERS: string;
  readonly REDIS_URL: string;
  readonly S3_ACCESS_KEY: string;
  readonly S3_BUCKET: string;
  readonly S3_ENDPOINT: string;
  readonly S3_SECRET_KEY: string;
}

/** The settings themselves, so that they can be handed to a child process as they are. */
export function servers(env: NodeJS.ProcessEnv = process.env): ServerAddresses {
  const missing: string[] = [];
  const read = (name: keyof ServerAddresses): string => {
    const value = env[name];
    if (value === undefined || value === '') missing.push(name);
    return value ?? '';
  };
  const addresses: ServerAddresses = {
    DATABASE_URL: read('DATABASE_URL'),
    KAFKA_BOOTSTRAP_SERVERS: read('KAFKA_BOOTSTRAP_SERVERS'),
    REDIS_URL: read('REDIS_URL'),
    S3_ACCESS_KEY: read('S3_ACCESS_KEY'),
    S3_BUCKET: read('S3_BUCKET'),
    S3_ENDPOINT: read('S3_ENDPOINT'),
    S3_SECRET_KEY: read('S3_SECRET_KEY'),
  };
  if (missing.length > 0) throw new Error(notNamed(missing));
  return addresses;
}

function notNamed(missing: readonly string[]): string {
  return (
    `This test needs real servers, and the environment does not name ${missing.join(', ')}. ` +
    'Start servers and run it with: npm test -- PATH'
  );
}
