import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { decodeJwt } from 'jose';
import { checkout } from './places.ts';

function run(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { PATH, HOME } = process.env;
  return spawnSync(process.execPath, ['stack/launch.mjs', 'token', ...words], {
    cwd: checkout,
    env: { PATH, HOME, JWT_SECRET: '', ...env },
    encoding: 'utf8',
  });
}

const secret = 'a secret of this test, long enough';

test('prints one token, with what the API asks for', () => {
  const words = ['--role', 'admin', '--subject', 'ada', '--hours', '2'];
  const { status, stdout } = run(words, { JWT_SECRET: secret, JWT_ISSUER: 'me' });
  assert.equal(status, 0);
  const { iat = 0, exp, ...claims } = decodeJwt(stdout.trim());
  assert.deepEqual(claims, { role: 'admin', sub: 'ada', aud: 'cinesync', iss: 'me' });
  assert.equal(exp, iat + 7200);
});

test('--help explains it', () => {
  const { status, stdout } = run(['--help']);
  assert.equal(status, 0);
  assert.match(stdout, /--role ROLE/);
});

test('ends with 2 when it is called wrongly or has no secret, and says why', () => {
  const env = { JWT_SECRET: secret };
  for (const [words, says] of [
    [[], /Which role/],
    [['--role', 'admin', '--hours', '0'], /whole number/],
    [['--roll', 'admin'], /--roll/],
  ] as const) {
    const { status, stdout, stderr } = run(words, env);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, says);
  }
  const { status, stderr } = run(['--role', 'admin'], { JWT_SECRET: 'short' });
  assert.equal(status, 2);
  assert.match(stderr, /JWT_SECRET/);
});
