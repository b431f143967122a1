// Who may write: a good token of an admin, and nobody else, whichever way the keys are told.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { before, describe, test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { adminEnv, makeToken, sendAs } from './support/admin.ts';
import { eventually } from './support/eventually.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { assertProblem } from './support/problem.ts';
import type { LogLine, TestScope } from './support/processes.ts';
import { suiteScope } from './support/scope.ts';

const farAhead = 4_000_000_000;
const goodClaims = { sub: 'eve', aud: 'cinesync', role: 'admin', exp: farAhead };

const refused: [title: string, token: () => Promise<string> | string, says: RegExp][] = [
  ['has expired', () => makeToken({ expires: '-1m' }), /expired/],
  ['is for another audience', () => makeToken({ audience: 'other' }), /claim aud/],
  ['is signed by another key', () => makeToken({ secret: 'x'.repeat(40) }), /key/],
  ['is not signed', () => unsigned([{ alg: 'none' }, goodClaims]), /key/],
  ['names nobody', () => makeToken({ subject: '' }), /names nobody/],
  ['is no token', () => 'abc', /key/],
  ['has no signature', async () => (await makeToken()).replace(/[^.]+$/, ''), /key/],
];

function unsigned(parts: object[]): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${parts.map(encode).join('.')}.`;
}

describe('writes with a shared secret', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let url: string;

  before(async () => {
    pipeline = await startPipeline(scope, { listeners: 0, cleaners: 0, env: adminEnv });
    url = (await pipeline.apis[0]?.url()) ?? '';
  });

  async function makeGenre(token: string | null, name: string) {
    return await sendAs(token, url)('POST', '/genres', { body: { name } });
  }

  for (const [title, token, says] of refused) {
    test(`a token that ${title} is refused with 401`, async () => {
      const answer = await makeGenre(await token(), 'Refused');
      const { detail } = assertProblem(answer, 401);
      assert.match(detail, says);
      assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer error="invalid_token"/);
    });
  }

  test('no token, or another scheme, is refused with 401 and the name of the scheme', async () => {
    for (const authorization of ['', 'Basic YTpi', 'Bearer', 'Bearer a b']) {
      const headers = { authorization };
      const answer = await sendAs(null, url)('POST', '/genres', { body: { name: 'X' }, headers });
      assertProblem(answer, 401);
      assert.equal(answer.headers['www-authenticate'], 'Bearer realm="CineSync"');
    }
  });

  test('a good token without the role is refused with 403', async () => {
    for (const parts of [{ role: 'reader' }, { role: 'administrator' }]) {
      const answer = await makeGenre(await makeToken(parts), 'Refused');
      assertProblem(answer, 403);
      assert.match(answer.headers['www-authenticate'] ?? '', /insufficient_scope/);
    }
  });

  test('the role may be one of several', async () => {
    const token = await makeToken({ role: 'x', claims: { roles: ['editor', 'admin'] } });
    assert.equal((await makeGenre(token, 'By one of several')).status, 201);
  });

  test('nothing that was refused has been written', async () => {
    const rows = await pipeline.sql(`select from genres where name in ('Refused', 'X')`);
    assert.equal(rows.length, 0);
  });
});

describe('the audit log', () => {
  const scope = suiteScope();

  test('every try leaves one line: who, what, which, outcome; and no value', async () => {
    const pipeline = await startPipeline(scope, { listeners: 0, cleaners: 0, env: adminEnv });
    const [api] = pipeline.apis;
    assert.ok(api);
    const url = await api.url();
    const body = { name: 'Value that nobody logs' };
    const made = await sendAs(await makeToken({ subject: 'grace' }), url)('POST', '/genres', {
      body,
    });
    await sendAs(null, url)('POST', '/genres', { body });
    const isHers = ({ subject }: LogLine) => subject === 'grace';
    const line = await api.waitForEvent('admin.write', { where: isHers });
    assert.deepEqual(
      [line.subject, line.action, line.id, line.outcome, line.status],
      ['grace', 'POST /genres', (made.json as { id: string }).id, 'done', 201],
    );
    const where = ({ outcome }: LogLine) => outcome === 'refused';
    const refusal = await api.waitForEvent('admin.write', { where });
    assert.deepEqual([refusal.subject, refusal.status], [null, 401]);
    const tells = /Value that|eyJ/;
    assert.ok(!api.logs.some((entry) => tells.test(JSON.stringify(entry))));
  });
});

describe('writes with published keys', () => {
  const scope = suiteScope();
  let send: (token: string) => Promise<number>;
  let keys: KeyServer;

  before(async () => {
    keys = await startKeyServer(scope);
    const env = { JWT_JWKS_URL: keys.url, JWT_ISSUER: 'https://login.test/' };
    const pipeline = await startPipeline(scope, { listeners: 0, cleaners: 0, env });
    const url = (await pipeline.apis[0]?.url()) ?? '';
    let count = 0;
    send = async (token) => {
      count += 1;
      const body = { name: `Genre ${count}` };
      return (await sendAs(token, url)('POST', '/genres', { body })).status;
    };
  });

  test('a token signed by one of them is good', async () => {
    assert.equal(await send(await keys.sign({ iss: 'https://login.test/' })), 201);
  });

  test('a token of another issuer is not', async () => {
    assert.equal(await send(await keys.sign({ iss: 'https://elsewhere.test/' })), 401);
  });

  test('a token signed with a public key as if it were a secret is not', async () => {
    const token = await makeToken({ secret: JSON.stringify(keys.published()[0]) });
    assert.equal(await send(token), 401);
  });

  test('a key that was put in the place of another is good, the other is not', async () => {
    const old = await keys.sign({ iss: 'https://login.test/' });
    await keys.rotate();
    const renewed = await keys.sign({ iss: 'https://login.test/' });
    await eventually(async () => ((await send(renewed)) === 201 ? true : undefined), {
      what: 'the new key to be known',
    });
    assert.equal(await send(old), 401);
  });

  test('while the keys can not be had, a key that is not known yet is a 503', async () => {
    keys.fail();
    await keys.rotate();
    const token = await keys.sign({ iss: 'https://login.test/' });
    await eventually(async () => ((await send(token)) === 503 ? true : undefined), {
      what: 'the keys to be asked for',
    });
  });
});

interface KeyServer {
  url: string;
  published(): object[];
  sign(claims: Record<string, unknown>): Promise<string>;
  rotate(): Promise<void>;
  fail(): void;
}

async function startKeyServer(scope: TestScope): Promise<KeyServer> {
  let current = await generateKeyPair('ES256', { extractable: true });
  let generation = 0;
  let jwks: object[] = [];
  let failing = false;
  const publish = async () => {
    const jwk = await exportJWK(current.publicKey);
    jwks = [{ ...jwk, kid: `key-${generation}`, alg: 'ES256', use: 'sig' }];
  };
  await publish();
  const server = createServer((_request, response) => {
    response.statusCode = failing ? 500 : 200;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: jwks }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.after(() => void server.close());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    published: () => jwks,
    sign: async (claims) =>
      await new SignJWT({ role: 'admin', ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: `key-${generation}` })
        .setSubject('linus')
        .setAudience('cinesync')
        .setExpirationTime('1h')
        .sign(current.privateKey),
    rotate: async () => {
      current = await generateKeyPair('ES256', { extractable: true });
      generation += 1;
      await publish();
    },
    fail: () => {
      failing = true;
    },
  };
}

describe('writes without a key', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;

  before(async () => {
    pipeline = await startPipeline(scope, { listeners: 0, cleaners: 0 });
  });

  test('are refused with 503, which names the settings', async () => {
    const url = (await pipeline.apis[0]?.url()) ?? '';
    const answer = await sendAs(await makeToken(), url)('POST', '/genres', { body: {} });
    assert.match(assertProblem(answer, 503).detail, /JWT_SECRET or JWT_JWKS_URL/);
  });

  test('are for everybody where ADMIN_AUTH=off, on a loopback address', async () => {
    const url = await pipeline.startApi({ ADMIN_AUTH: 'off' }).url();
    const answer = await sendAs(null, url)('POST', '/genres', { body: { name: 'By anybody' } });
    assert.equal(answer.status, 201, answer.body);
  });

  const refusedSettings: [title: string, env: Record<string, string>, says: RegExp][] = [
    ['off beyond this machine', { ADMIN_AUTH: 'off', HOST: '0.0.0.0' }, /ADMIN_AUTH: off/],
    ['off in production', { ADMIN_AUTH: 'off', NODE_ENV: 'production' }, /ADMIN_AUTH: off/],
    ['a short secret', { JWT_SECRET: 'secret' }, /JWT_SECRET: must have 32/],
    [
      'keys in the clear',
      { JWT_JWKS_URL: 'http://login.test/jwks' },
      /JWT_JWKS_URL: must be https/,
    ],
    [
      'two kinds of key',
      { ...adminEnv, JWT_JWKS_URL: 'https://login.test/jwks' },
      /JWT_JWKS_URL: .*set one of them/,
    ],
  ];
  for (const [title, env, says] of refusedSettings) {
    test(`the API does not start with ${title}, and tells no secret`, async () => {
      const api = pipeline.startApi(env);
      assert.equal((await api.waitForExit()).code, 2);
      assert.match(api.otherOutput, says);
      assert.doesNotMatch(api.otherOutput, /a secret of the tests/);
    });
  }
});
