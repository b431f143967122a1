// Makes a bearer token from the settings that the API checks it with.

import { SignJWT } from 'jose';
import { z } from 'zod';
import { SettingsError } from '../platform/errors.ts';
import { tokenFields } from '../platform/setting-fields.ts';
import { readSettings } from '../platform/settings.ts';

export interface TokenOptions {
  env: NodeJS.ProcessEnv;
  role: string;
  subject: string;
  hours: number;
}

/** @throws SettingsError without a secret: whoever publishes keys makes the tokens as well. */
export async function makeToken({ env, role, subject, hours }: TokenOptions): Promise<string> {
  const { JWT_SECRET, JWT_AUDIENCE, JWT_ISSUER } = readSettings(z.object(tokenFields), env);
  if (JWT_SECRET === undefined) {
    throw new SettingsError(['JWT_SECRET: is not set; `npm start` makes one while it runs']);
  }
  const token = new SignJWT({ role })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(subject)
    .setAudience(JWT_AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(`${hours}h`);
  if (JWT_ISSUER !== undefined) token.setIssuer(JWT_ISSUER);
  return await token.sign(new TextEncoder().encode(JWT_SECRET.reveal()));
}
