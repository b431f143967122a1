// Redis 7 or later, or Valkey: the one on PATH, else on Debian and Ubuntu the distribution's
// packages unpacked into .stack/bin, which needs no rights and starts no system service.

import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installCommand, onPath } from '../programs.ts';
import { runCommand } from '../run-command.ts';
import { StackError } from '../stack-error.ts';
import { buildOnce } from './build-once.ts';
import { unpackDebianPackages } from './debian-packages.ts';
import type { LocalServer, PrepareContext } from './local-server.ts';

export interface RedisProgram {
  readonly path: string;
  readonly title: string;
  readonly env: NodeJS.ProcessEnv;
}

const versionMin = 7;

export const redis: LocalServer = {
  name: 'redis',
  defaultPort: 6379,
  async prepare(context) {
    const program = await findRedis(context);
    const data = join(context.places.data, 'redis');
    mkdirSync(data, { recursive: true });
    return {
      title: program.title,
      env: (port) => ({ REDIS_URL: `redis://127.0.0.1:${port}` }),
      launch: async (port) => ({
        command: program.path,
        args: redisArguments(port, data),
        env: program.env,
        readyWhen: /Ready to accept connections/,
        stopSignal: 'SIGTERM',
      }),
    };
  },
};

/** Nothing is kept on disk: a cache that comes back empty is the honest default. */
function redisArguments(port: number, data: string): string[] {
  const network = ['--bind', '127.0.0.1', '--port', String(port)];
  return [...network, '--save', '', '--appendonly', 'no', '--databases', '512', '--dir', data];
}

export async function findRedis(context: PrepareContext): Promise<RedisProgram> {
  const installed = onPath('redis-server', 'valkey-server');
  if (installed !== undefined) {
    const program = await examine(installed, {});
    if (program !== undefined) return program;
  }
  if (onPath('apt-get') === undefined || onPath('dpkg') === undefined) throw missing();
  const folder = join(context.places.bin, 'redis');
  await buildOnce(folder, (unfinished) =>
    unpackDebianPackages({
      packages: ['redis-server', 'redis-tools'],
      folder: unfinished,
      report: context.report,
    }),
  );
  const libraries = join(folder, 'usr/lib');
  const folders = existsSync(libraries) ? readdirSync(libraries) : [];
  const program = await examine(join(folder, 'usr/bin/redis-server'), {
    LD_LIBRARY_PATH: folders.map((name) => join(libraries, name)).join(':'),
  });
  if (program === undefined) throw missing();
  return program;
}

/** undefined when it does not run here, or is too old. */
async function examine(path: string, env: NodeJS.ProcessEnv): Promise<RedisProgram | undefined> {
  const command = { what: 'Asking Redis for its version', command: path, args: ['--version'], env };
  const text = await runCommand(command).catch(() => '');
  const version = /v=(\d+)(\.[\d.]+)/.exec(text);
  if (version === null || Number(version[1]) < versionMin) return undefined;
  const product = /^valkey/i.test(text) ? 'Valkey' : 'Redis';
  return { path, env, title: `${product} ${version[1]}${version[2]}` };
}

function missing(): StackError {
  const command = installCommand({ apt: 'redis-server', dnf: 'valkey', brew: 'redis' });
  return new StackError(
    `Redis ${versionMin} or later (or Valkey) is needed and was not found. Install it:\n` +
      `  ${command}\nor name a running one: REDIS_URL=redis://127.0.0.1:6379 in .env`,
  );
}
