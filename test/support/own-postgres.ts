// A Postgres of a test's own: to crash it so that commits are lost, to copy its data, to let a
// standby follow it and be promoted.

import { execFileSync } from 'node:child_process';
import { appendFileSync, chownSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type PostgresHome, preparePostgresHome } from '../../stack/servers/postgres-home.ts';
import { postgres } from '../../stack/servers/postgres.ts';
import type { LocalServer } from '../../stack/servers/local-server.ts';
import { eventually } from './eventually.ts';
import { type OwnServer, startOwnServer } from './own-server.ts';
import type { TestScope } from './processes.ts';

/** So that nothing but a commit that waits for the disk writes the log to it. */
const quietSettings = {
  autovacuum: 'off',
  bgwriter_lru_maxpages: '0',
  checkpoint_timeout: '1h',
  wal_writer_delay: '10s',
};

/** What writes the log of commits that do not wait for it. */
const logWriters = ['walwriter', 'background writer', 'checkpointer'];

export class OwnPostgres {
  readonly #server: OwnServer;
  readonly #data: string;

  constructor(server: OwnServer, data: string) {
    this.#server = server;
    this.#data = data;
  }

  /** As in DATABASE_URL; its database `tutorial` is empty. */
  get url(): string {
    return this.#server.env.DATABASE_URL ?? '';
  }

  get data(): string {
    return this.#data;
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  async start(): Promise<void> {
    await this.#server.start();
  }

  async query<R extends object>(sql: string, values: unknown[] = []): Promise<R[]> {
    const client = new pg.Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<R>(sql, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** From now on a commit with `synchronous_commit = off` does not reach the disk. */
  async holdLog(): Promise<void> {
    const writers = await this.#processes('backend_type = any($1)', [logWriters]);
    for (const pid of writers) {
      process.kill(pid, 'SIGSTOP');
    }
  }

  /** Every process of the server at once, as when the machine dies. */
  async crash(): Promise<void> {
    const processes = await this.#processes('true');
    // The first is the parent, else it would begin to recover from the death of the others.
    await this.#server.kill();
    for (const pid of processes) {
      killIfThere(pid);
    }
    await eventually(() => !processes.some(isThere) || undefined, {
      what: 'every process of Postgres to be gone',
    });
  }

  /** One process that served a client, as the kernel does when memory is short. */
  async crashOneBackend(): Promise<void> {
    const client = new pg.Client({ connectionString: this.url });
    const lost = new Promise((resolve) => client.once('error', resolve));
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    process.kill(rows[0]?.pid ?? 0, 'SIGKILL');
    await lost;
    await eventually(async () => (await this.query('select 1')).length === 1 || undefined, {
      what: 'Postgres to have recovered',
      timeoutMs: 60_000,
    });
  }

  /** Keeps a copy of the data; the server must be stopped. */
  copyData(): void {
    copyFolder(this.#data, `${this.#data}.copy`);
  }

  /** Puts the copy in the place of the data; the server must be stopped. */
  restoreData(): void {
    rmSync(this.#data, { recursive: true });
    copyFolder(`${this.#data}.copy`, this.#data);
  }

  /** Ends being a standby. */
  async promote(): Promise<void> {
    const [row] = await this.query<{ done: boolean }>('select pg_promote(true, 60) as done');
    if (row?.done !== true) {
      throw new Error('the standby was not promoted within a minute');
    }
  }

  async #processes(condition: string, values: unknown[] = []): Promise<number[]> {
    const rows = await this.query<{ pid: number }>(
      `select pid from pg_stat_activity where pid <> pg_backend_pid() and ${condition}`,
      values,
    );
    return rows.map(({ pid }) => pid);
  }
}

export async function startOwnPostgres(scope: TestScope): Promise<OwnPostgres> {
  return await start(scope, () => undefined);
}

/**
 * A standby that follows the primary by way of an address. The primary is stopped for as long as
 * its data are copied.
 */
export async function startStandby(
  scope: TestScope,
  primary: OwnPostgres,
  address: string,
): Promise<OwnPostgres> {
  await primary.stop();
  let running: Promise<void> | undefined;
  const standby = await start(scope, (data) => {
    copyFolder(primary.data, data);
    followFrom(data, address);
    running = primary.start();
  });
  await running;
  return standby;
}

async function start(scope: TestScope, fill: (data: string) => void): Promise<OwnPostgres> {
  let data = '';
  const server: LocalServer = {
    ...postgres,
    prepare: async (context) => {
      const home: PostgresHome = await preparePostgresHome(context);
      data = join(home.data, 'postgres');
      fill(data);
      const prepared = await postgres.prepare(context);
      return { ...prepared, launch: async (port) => quiet(await prepared.launch(port)) };
    },
  };
  return new OwnPostgres(await startOwnServer(scope, server), data);
}

function quiet<Launch extends { args: readonly string[]; readyWhen: RegExp }>(
  launch: Launch,
): Launch {
  const settings = Object.entries(quietSettings).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  return {
    ...launch,
    args: [...launch.args, ...settings],
    readyWhen: /database system is ready to accept (read-only )?connections/,
  };
}

function followFrom(data: string, address: string): void {
  const { uid, gid } = statSync(data);
  const { hostname, port, username, password } = new URL(address);
  const settings = join(data, 'postgresql.auto.conf');
  const primary = `host=${hostname} port=${port} user=${username} password=${password}`;
  appendFileSync(settings, `primary_conninfo = '${primary}'\n`);
  const signal = join(data, 'standby.signal');
  writeFileSync(signal, '');
  chownSync(signal, uid, gid);
}

/** With owners and times. */
function copyFolder(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to]);
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function killIfThere(pid: number): void {
  if (isThere(pid)) {
    process.kill(pid, 'SIGKILL');
  }
}
