// What `npm start` says when everything runs: where it is, and three commands that show the point.

import type { Paint } from './terminal.ts';

export interface WalkthroughOptions {
  readonly ports: Readonly<Record<'api' | 'auditor' | 'cleaner' | 'listener', number>>;
  readonly env: Readonly<Record<string, string>>;
  readonly readyAfterMs: number;
  /** Null where none can be made or shown. */
  readonly token: string | null;
  readonly paint: Paint;
}

export function walkthrough(options: WalkthroughOptions): string {
  const { ports, env, readyAfterMs, token, paint } = options;
  const api = `http://127.0.0.1:${ports.api}`;
  const rows: [string, string | undefined][] = [
    ['API', `${api}  (documentation: ${api}/docs)`],
    ['dashboard', `${api}/ops`],
    ['listener', `http://127.0.0.1:${ports.listener}/health`],
    ['cleaner', `http://127.0.0.1:${ports.cleaner}/health`],
    ['auditor', `http://127.0.0.1:${ports.auditor}/health`],
    ['Postgres', withoutPassword(env.DATABASE_URL)],
    ['Kafka', env.KAFKA_BOOTSTRAP_SERVERS],
    ['Redis', withoutPassword(env.REDIS_URL) ?? `${env.REDIS_HOST}:${env.REDIS_PORT ?? 6379}`],
    ['S3', env.S3_ENDPOINT],
  ];
  const commands = [
    `curl ${api}/cities/BGR`,
    `npm run sql -- "UPDATE city SET population = 999999 WHERE name = 'Dobric'"`,
    `curl ${api}/cities/BGR`,
  ];
  return [
    '',
    paint('green', `ready in ${(readyAfterMs / 1000).toFixed(1)} s`),
    '',
    ...rows.map(([name, address]) => `  ${paint('dim', name.padEnd(10))}${address ?? ''}`),
    '',
    'Try it, in another terminal: the second answer shows the new row, straight from Postgres.',
    '',
    ...commands.map((command) => `  ${paint('bold', command)}`),
    '',
    ...(token === null ? [] : adminLines(api, token)),
    'Settings are in .stack/env, logs in .stack/logs. Ctrl-C stops everything.',
    '',
  ].join('\n');
}

function adminLines(api: string, token: string): string[] {
  return [
    'A token that may write, for a day (npm run token -- --role admin makes another):',
    '',
    `  TOKEN=${token}`,
    `  curl ${api}/movies -H "Authorization: Bearer $TOKEN" --json '{"title":"Cléo"}'`,
    '',
  ];
}

function withoutPassword(url: string | undefined): string | undefined {
  return url?.replace(/\/\/([^:@/]*):[^@/]*@/, '//$1@');
}
