import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { checkout } from './places.ts';

interface Files {
  readonly [path: string]: string;
}

/** A checkout with the real launcher and stand-ins for what it launches. */
function makeCheckout(t: TestContext, files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'cinesync-launch-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const folder of ['stack', 'api', '.stack']) mkdirSync(join(root, folder));
  cpSync(join(checkout, 'stack/launch.mjs'), join(root, 'stack/launch.mjs'));
  symlinkSync(join(checkout, 'node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  return root;
}

function launch(root: string, words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { PATH, HOME } = process.env;
  return spawnSync(process.execPath, [join(root, 'stack/launch.mjs'), ...words], {
    env: { PATH, HOME, ...env },
    encoding: 'utf8',
  });
}

const showSettings = `const { A, B, C } = process.env;
process.stdout.write(JSON.stringify([A, B, C]));`;
const envFiles = { '.env': 'A=file\nB=file\n', '.stack/env': 'A=stack\nB=stack\nC=stack\n' };

test('per variable the environment wins, then .env, then .stack/env', (t) => {
  const root = makeCheckout(t, { 'api/main.ts': showSettings, ...envFiles });
  const { stdout } = launch(root, ['api'], { A: 'environment' });
  assert.deepEqual(JSON.parse(stdout), ['environment', 'file', 'stack']);
});

test('what starts servers does not read the addresses of an earlier run', (t) => {
  const root = makeCheckout(t, { 'stack/start.ts': showSettings, ...envFiles });
  assert.deepEqual(JSON.parse(launch(root, ['start']).stdout), ['file', 'file', null]);
});

test('tests read no file: they never touch a database that somebody works with', (t) => {
  const root = makeCheckout(t, { 'stack/test.ts': showSettings, ...envFiles });
  assert.deepEqual(JSON.parse(launch(root, ['test']).stdout), [null, null, null]);
});

test('passes on the words and the exit code of a command', (t) => {
  const main = `export async function main(): Promise<number> {
    process.stdout.write(process.argv.slice(2).join('|'));
    return 3;
  }`;
  const root = makeCheckout(t, { 'stack/sql.ts': main });
  const { stdout, status } = launch(root, ['sql', '-f', 'a b']);
  assert.equal(stdout, '-f|a b');
  assert.equal(status, 3);
});

test('an error for people is one sentence, any other shows where it came from', (t) => {
  const main = `export async function main(): Promise<number> {
    throw Object.assign(new Error('Install Java.'), process.argv[2] ? { code: 'stack' } : {});
  }`;
  const root = makeCheckout(t, { 'stack/sql.ts': main });
  const forPeople = launch(root, ['sql', 'x']);
  assert.deepEqual([forPeople.stderr, forPeople.status], ['Install Java.\n', 1]);
  assert.match(launch(root, ['sql']).stderr, /Install Java\.\n +at /);
});

test('names the commands when it does not know one', (t) => {
  const { stderr, status } = launch(makeCheckout(t, {}), ['toString']);
  assert.match(stderr, /npm run api\|auditor\|.*check\|cinesync\|/);
  assert.equal(status, 2);
});

test('a Node that is too old gets one clear sentence, whatever it can parse', (t) => {
  const root = makeCheckout(t, {});
  const preload = join(root, 'old.cjs');
  writeFileSync(preload, "Object.defineProperty(process.versions, 'node', { value: '18.20.0' });");
  const { stderr, status } = launch(root, ['start'], { NODE_OPTIONS: `--require ${preload}` });
  assert.match(stderr, /^CineSync needs Node 20\.19 or later; this is 18\.20\.0\..*nvm install 24/);
  assert.equal(stderr.trim().split('\n').length, 1);
  assert.equal(status, 1);
});
