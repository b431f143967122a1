// Types a command of `cinesync` as a person does, in a shell of its own: no terminal, and no
// setting but those that the test names.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Pipeline } from './pipeline.ts';
import { servers } from './servers.ts';

export interface Typed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

export async function typeCinesync(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Typed> {
  const { PATH = '', HOME = '' } = process.env;
  const args = [`${root}cli/cinesync.mjs`, ...words];
  // Nothing of a stack that runs in this checkout.
  const settings = { PROCESS_URLS: 'http://127.0.0.1:1', ...env };
  return await new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      args,
      { cwd: root, env: { PATH, HOME, ...settings }, maxBuffer: 2 ** 24 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

/** The settings of a pipeline, with where its processes answer. */
export async function settingsOf(pipeline: Pipeline): Promise<Record<string, string>> {
  const { apis, listeners, cleaners, auditors } = pipeline;
  const running = [...apis, ...listeners, ...cleaners, ...auditors].filter(
    ({ hasEnded }) => !hasEnded,
  );
  const urls = await Promise.all(running.map((process) => process.url()));
  return {
    ...servers(),
    DATABASE_URL: pipeline.database.url,
    REDIS_URL: pipeline.redis.url,
    TOPIC_NAMESPACE: pipeline.namespace,
    ...(urls.length === 0 ? {} : { PROCESS_URLS: urls.join(',') }),
  };
}
