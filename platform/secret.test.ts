import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format, inspect } from 'node:util';
import { SettingsError } from './errors.ts';
import { Secret } from './secret.ts';

const value = 'postgresql://user:hunter2@localhost/name';
const secret = new Secret(value);
/** As where a text is expected. */
const mistaken = secret as unknown as string;

test('a secret is revealed to who asks for it by name', () => {
  assert.equal(secret.reveal(), value);
});

const printed: [way: string, text: string][] = [
  ['a template', `at ${mistaken}`],
  ['joining texts', ['url', mistaken].join('=')],
  ['JSON', JSON.stringify({ settings: { secret } })],
  ['inspect', inspect({ settings: { secret } }, { depth: 10 })],
  ['inspect with hidden properties', inspect(secret, { showHidden: true, depth: 10 })],
  ['inspect without custom functions', inspect(secret, { customInspect: false })],
  ['format', format('%s %o %O %j', secret, secret, secret, secret)],
  ['its own properties', JSON.stringify(Object.entries(secret))],
  ['an error message', new SettingsError([mistaken]).message],
];
for (const [way, text] of printed) {
  test(`a secret stays hidden in ${way}`, () => {
    assert.doesNotMatch(text, /hunter2/);
  });
}

test('a hidden secret says that it is hidden', () => {
  assert.equal(String(secret), '[hidden]');
  assert.equal(JSON.stringify(secret), '"[hidden]"');
  assert.equal(inspect(secret), '[hidden]');
});
