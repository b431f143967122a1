import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { servers } from '../test/support/servers.ts';
import { checkout } from './places.ts';

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function sql(words: readonly string[], input = '', env: NodeJS.ProcessEnv = {}): Outcome {
  return spawnSync(process.execPath, ['stack/launch.mjs', 'sql', ...words], {
    cwd: checkout,
    env: { ...process.env, DATABASE_URL: servers().DATABASE_URL, ...env },
    input,
    encoding: 'utf8',
  });
}

test('prints a table for each statement and ends with 0', () => {
  const { status, stdout } = sql([`select 1 as one; select 'x;y' as text`]);
  assert.match(stdout, / one\n-----\n {3}1\n\(1 row\)\n text\n------\n x;y\n\(1 row\)\n$/);
  assert.equal(status, 0);
});

test('stops at the first statement that fails, marks the place and ends with 1', () => {
  const { status, stdout, stderr } = sql(['select 1 as one; select nope; select 2 as two']);
  assert.equal(status, 1);
  assert.match(stdout, /one/);
  assert.doesNotMatch(stdout, /two/);
  assert.match(stderr, /ERROR 42703: .*\nLINE 1: select nope\n {15}\^/);
});

test('reads statements from a file', (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'cinesync-sql-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'x.sql');
  writeFileSync(file, 'create temp table t (a int);\ninsert into t values (1), (2);\n');
  assert.deepEqual(sql(['-f', file]).stdout.trim().split('\n').slice(-1), ['INSERT 2']);
});

test('reads statements from standard input', () => {
  assert.match(sql([], 'select 42 as answer').stdout, /answer\n-+\n +42/);
});

test('shows notices', () => {
  const { stderr } = sql([`do $$ begin raise notice 'look; here'; end $$`]);
  assert.match(stderr, /NOTICE: look; here/);
});

test('ends with 2 and names the help when it is called wrongly', () => {
  for (const words of [['--nope'], [''], ['-f', '/does/not/exist'], ['-f', 'x', 'select 1']]) {
    const { status, stderr } = sql(words);
    assert.equal(status, 2, words.join(' '));
    assert.match(stderr, /npm run sql -- --help/);
  }
});

test('says what to type when Postgres is away', () => {
  const away = 'postgresql://postgres:root@127.0.0.1:1/tutorial';
  const { status, stderr } = sql(['select 1'], '', { DATABASE_URL: away });
  assert.equal(status, 1);
  assert.match(stderr, /Postgres at 127\.0\.0\.1:1 .*\n.*npm start/);
  assert.doesNotMatch(stderr, /root@/);
});
