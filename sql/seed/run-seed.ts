// The command `seed`: loads real data into Postgres and the bucket. A server that is away is
// waited for; whatever else goes wrong is said in one sentence and ends with exit code 1.

import { parseArgs } from 'node:util';
import { describeError, SettingsError } from '../../platform/errors.ts';
import { retryForever } from '../../platform/retry.ts';
import type { Environment } from '../../platform/settings.ts';
import { createBucketClient } from './bucket-client.ts';
import { loadImages } from './images.ts';
import { loadTables } from './load-tables.ts';
import type { Output } from './progress.ts';
import { isServerAway } from './server-away.ts';
import { readSeedSettings, type SeedSettings } from './settings.ts';

export interface RunSeedOptions {
  args: readonly string[];
  environment: Environment;
  output: Output;
  errorOutput: Output;
  signal: AbortSignal;
}

const help = `npm run seed [-- --force]

Loads real data: 135,234 cities, 3,201 movies with genres and directors, 250 flags, test.jpg.
Tables and images that are loaded already stay as they are, with every change made since.

  --force   load all of it again: rows and images of the seed get back their values,
            rows that you added yourself stay
  --help    this text

Settings: DATABASE_URL, S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY, S3_BUCKET, S3_REGION.
`;

/** Resolves with the exit code: 0 loaded, 1 a fault, 2 wrong arguments or settings. */
export async function runSeed(options: RunSeedOptions): Promise<number> {
  const { output, errorOutput } = options;
  try {
    const flags = parseFlags(options.args);
    if (flags.help) {
      output.write(help);
      return 0;
    }
    const settings = readSeedSettings(options.environment);
    await load(settings, flags.force, options);
    return 0;
  } catch (error) {
    errorOutput.write(`seed: ${describeError(error)}${adviceFor(error)}\n`);
    return error instanceof SettingsError ? 2 : 1;
  }
}

function parseFlags(args: readonly string[]): { force: boolean; help: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        force: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new SettingsError([`${describeError(error)}. Type: npm run seed -- --help`]);
  }
}

async function load(
  settings: SeedSettings,
  force: boolean,
  { output, errorOutput, signal }: RunSeedOptions,
): Promise<void> {
  const startedAtMs = performance.now();
  const database = new URL(settings.DATABASE_URL.reveal());
  const untilThere = { errorOutput, signal };
  const loaded = await retryWhileAway(`Postgres at ${database.host}`, untilThere, () =>
    loadTables({ url: settings.DATABASE_URL, force, output }),
  );
  const client = createBucketClient(settings);
  const { S3_BUCKET: bucket, S3_REGION: region } = settings;
  const uploaded = await retryWhileAway(
    `The object store at ${settings.S3_ENDPOINT}`,
    untilThere,
    () => loadImages({ client, bucket, region, force, output }),
  );
  if (uploaded === 0) {
    output.write('seed: the images are loaded already and stay as they are\n');
  } else {
    loaded.push('images');
  }
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  const summary = loaded.length === 0 ? 'nothing to load' : `loaded ${loaded.join(', ')}`;
  output.write(`seed: ready, ${summary} after ${seconds} s\n`);
}

/** At the longest delay between two tries that is about once in half a minute. */
const repeatNoticeEvery = 8;

async function retryWhileAway<Result>(
  server: string,
  { errorOutput, signal }: Pick<RunSeedOptions, 'errorOutput' | 'signal'>,
  attempt: () => Promise<Result>,
): Promise<Result> {
  return await retryForever(attempt, {
    limits: { firstMs: 250, maxMs: 5000 },
    signal,
    onFailure: (error, failures) => {
      if (!isServerAway(error)) {
        throw error;
      }
      if (failures === 1 || failures % repeatNoticeEvery === 0) {
        const reason = describeError(error);
        errorOutput.write(`seed: ${server} is away (${reason}); trying until it answers\n`);
      }
    },
  });
}

const advice: Record<string, string> = {
  '28P01': ' Correct the user or the password in DATABASE_URL.',
  '28000': ' Correct the user or the password in DATABASE_URL.',
  '3D000': ' Make the database and its tables: npm run migrate',
  '42P01': ' Make the tables: npm run migrate',
  AccessDenied: ' Correct S3_ACCESS_KEY and S3_SECRET_KEY.',
  InvalidAccessKeyId: ' Correct S3_ACCESS_KEY.',
  SignatureDoesNotMatch: ' Correct S3_SECRET_KEY.',
};

function adviceFor(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return advice[code] ? `.${advice[code]}` : '';
}
