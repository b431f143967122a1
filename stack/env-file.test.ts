import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import dotenv from 'dotenv';
import { writeEnvFile } from './env-file.ts';

const values = {
  DATABASE_URL: 'postgresql://postgres:p%40ss@127.0.0.1:5432/tutorial?sslmode=disable&x=$HOME',
  S3_SECRET_KEY: 'with space #and "quotes"',
  PORT: '8000',
};

function write(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'cinesync-env-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'env');
  writeEnvFile(file, values);
  return file;
}

test('dotenv reads what was written', (t) => {
  assert.deepEqual(dotenv.parse(readFileSync(write(t))), values);
});

test('a shell reads what was written', (t) => {
  const script = '. "$0"; printf "%s\\n" "$DATABASE_URL" "$S3_SECRET_KEY" "$PORT"';
  const output = execFileSync('sh', ['-c', script, write(t)], { encoding: 'utf8' });
  assert.deepEqual(output.trimEnd().split('\n'), Object.values(values));
});

test('only its owner can read it', (t) => {
  assert.equal(statSync(write(t)).mode & 0o777, 0o600);
});
