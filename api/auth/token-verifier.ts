// Who a bearer token (a signed JWT) speaks for. One kind of key is accepted, a shared secret or
// published public keys, so that a token can not choose how it is checked.

import {
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyOptions,
} from 'jose';
import { describeError, TransientError } from '../../platform/errors.ts';
import type { Secret } from '../../platform/secret.ts';

export interface TokenVerifierOptions {
  key: TokenKey;
  audience: string;
  issuer: string | undefined;
}

export type TokenKey = { secret: Secret } | { jwksUrl: URL };

export interface Caller {
  subject: string;
  isAdmin: boolean;
}

/** Never expected to heal; its message may be told to the client. */
export class InvalidToken extends Error {}

export type TokenVerifier = (token: string) => Promise<Caller>;

const clockToleranceSeconds = 5;
const keysMaxAgeMs = 60_000;
/** An unknown key id makes us look for new keys, at most so often. */
const keysCooldownMs = 1000;
const keysTimeoutMs = 2000;
const publicKeyAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].concat([
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]);

/** The verifier throws InvalidToken, or TransientError when the keys can not be fetched. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const verify = createSignatureCheck(options);
  return async (token) => {
    try {
      return toCaller(await verify(token));
    } catch (error) {
      throw toRefusal(error);
    }
  };
}

function createSignatureCheck({ key, audience, issuer }: TokenVerifierOptions) {
  const claims: JWTVerifyOptions = {
    audience,
    ...(issuer === undefined ? {} : { issuer }),
    requiredClaims: ['sub', 'exp'],
    clockTolerance: clockToleranceSeconds,
  };
  if ('secret' in key) {
    const secret = new TextEncoder().encode(key.secret.reveal());
    return async (token: string) =>
      (await jwtVerify(token, secret, { ...claims, algorithms: ['HS256'] })).payload;
  }
  const keys = createRemoteJWKSet(key.jwksUrl, {
    cacheMaxAge: keysMaxAgeMs,
    cooldownDuration: keysCooldownMs,
    timeoutDuration: keysTimeoutMs,
  });
  return async (token: string) =>
    (await jwtVerify(token, keys, { ...claims, algorithms: publicKeyAlgorithms })).payload;
}

function toCaller({ sub = '', role, roles }: JWTPayload): Caller {
  if (sub === '') {
    throw new InvalidToken('the token names nobody');
  }
  return { subject: sub, isAdmin: [role, roles].flat().includes('admin') };
}

/** What jose blames on the token, not on the server that has the keys. */
const tokenErrors = [
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSMultipleMatchingKeys,
  errors.JWKSNoMatchingKey,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWTInvalid,
];

function toRefusal(error: unknown): Error {
  if (error instanceof InvalidToken) {
    return error;
  }
  if (error instanceof errors.JWTExpired) {
    return new InvalidToken('the token has expired');
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new InvalidToken(`the claim ${error.claim} is not acceptable`);
  }
  if (tokenErrors.some((kind) => error instanceof kind)) {
    return new InvalidToken('the token is not signed by a key that is known here');
  }
  const message = `the keys of tokens can not be had: ${describeError(error)}`;
  return new TransientError('token_keys_unreachable', message, { cause: error });
}
