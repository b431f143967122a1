// A PgBouncer in transaction mode: what must not stand between the listener and Postgres.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../stack/ports.ts';
import { copyProgram, findProgram } from './debian-program.ts';
import { eventually } from './eventually.ts';
import type { TestScope } from './processes.ts';

/** Somebody who may not do much: it refuses to run as root. */
const nobody = { uid: 65_534, gid: 65_534 };

/** The address of the same database, through it. */
export async function startPgBouncer(scope: TestScope, url: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'cinesync-pgbouncer-'));
  chmodSync(folder, 0o755);
  scope.after(() => rmSync(folder, { recursive: true, force: true }));
  const program = await findProgram('pgbouncer', 'pgbouncer');
  const { path, env } = copyProgram(program, join(folder, 'program'));
  const server = new URL(url);
  const port = await freePort();
  const users = join(folder, 'users.txt');
  writeFileSync(users, `"${server.username}" "${server.password}"\n`);
  const settings = join(folder, 'pgbouncer.ini');
  writeFileSync(
    settings,
    `[databases]
* = host=${server.hostname} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${users}
pool_mode = transaction
ignore_startup_parameters = extra_float_digits,statement_timeout,idle_in_transaction_session_timeout
`,
  );
  const asRoot = process.getuid?.() === 0;
  const child = spawn(path, [settings], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
    ...(asRoot ? nobody : {}),
  });
  scope.after(() => end(child));
  await eventually(() => accepts(port), { what: 'PgBouncer to listen', timeoutMs: 30_000 });
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(port);
  return through.href;
}

async function accepts(port: number): Promise<true | undefined> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
