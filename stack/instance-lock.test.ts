import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { takeLock } from './instance-lock.ts';

function lockFile(t: TestContext): { folder: string; file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'cinesync-lock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return { folder, file: join(folder, 'lock.json') };
}

test('the second to ask learns who holds the lock', (t) => {
  const { file } = lockFile(t);
  assert.equal(takeLock(file, 'npm start').taken, true);
  const second = takeLock(file, 'npm run stack');
  assert.ok(!second.taken);
  assert.equal(second.holder.command, 'npm start');
  assert.equal(second.holder.pid, process.pid);
});

test('a released lock can be taken again, and nothing else is left', (t) => {
  const { folder, file } = lockFile(t);
  const first = takeLock(file, 'npm start');
  assert.ok(first.taken);
  first.release();
  assert.deepEqual(readdirSync(folder), []);
  assert.equal(takeLock(file, 'npm start').taken, true);
});

test('the lock of a process that is gone is taken over', (t) => {
  const { folder, file } = lockFile(t);
  // The id is in use, but by a process that started at another time.
  writeFileSync(file, JSON.stringify({ pid: process.pid, startedAt: '1', command: 'npm start' }));
  assert.equal(takeLock(file, 'npm start').taken, true);
  assert.deepEqual(readdirSync(folder), ['lock.json']);
});

test('a lock that can not be read belongs to nobody', (t) => {
  const { file } = lockFile(t);
  writeFileSync(file, 'not json');
  assert.equal(takeLock(file, 'npm start').taken, true);
});
