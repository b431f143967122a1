// The admin of a local stack: a secret of its own that signs tokens, unless the person has named
// one, and a token to begin with. Both are for the terminal and its owner, never for a log.

import { randomBytes } from 'node:crypto';
import { existsSync, fstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeToken } from './make-token.ts';
import type { Places } from './places.ts';

const secretBytes = 32;

/** What the API is told; nothing where the person's own settings decide, or in production. */
export function adminSettings(places: Places, env: NodeJS.ProcessEnv): Record<string, string> {
  const decided = env.JWT_SECRET || env.JWT_JWKS_URL || env.ADMIN_AUTH === 'off';
  if (decided || env.NODE_ENV === 'production') return {};
  const file = join(places.stack, 'jwt-secret');
  if (!existsSync(file)) {
    writeFileSync(file, randomBytes(secretBytes).toString('base64url'), { mode: 0o600 });
  }
  return { JWT_SECRET: readFileSync(file, 'utf8') };
}

const firstTokenHours = 24;

/** Null without a secret, and where the output is kept in a file: it would be kept there too. */
export async function readyToken(options: {
  env: NodeJS.ProcessEnv;
  stdout: number;
}): Promise<string | null> {
  const { env, stdout } = options;
  if (!env.JWT_SECRET || env.ADMIN_AUTH === 'off' || fstatSync(stdout).isFile()) return null;
  return await makeToken({ env, role: 'admin', subject: 'npm-start', hours: firstTokenHours });
}
