import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { buildOnce } from './build-once.ts';

function prepare(t: TestContext) {
  const parent = mkdtempSync(join(tmpdir(), 'cinesync-build-'));
  t.after(() => rmSync(parent, { recursive: true }));
  return { parent, folder: join(parent, 'program') };
}

test('those who need a program at once build it once, and all have it', async (t) => {
  const { parent, folder } = prepare(t);
  let builds = 0;
  const build = async (unfinished: string) => {
    builds += 1;
    await new Promise(setImmediate);
    writeFileSync(join(unfinished, 'file'), 'whole');
  };
  await Promise.all([1, 2, 3].map(() => buildOnce(folder, build)));
  await buildOnce(folder, build);
  assert.equal(builds, 1);
  assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'whole');
  assert.deepEqual(readdirSync(parent), ['program']);
});

test('a build that fails leaves nothing behind, and is tried again', async (t) => {
  const { parent, folder } = prepare(t);
  const fail = () => Promise.reject(new Error('no network'));
  await assert.rejects(buildOnce(folder, fail), /no network/);
  assert.deepEqual(readdirSync(parent), []);
  await buildOnce(folder, async () => undefined);
  assert.ok(existsSync(folder));
});
