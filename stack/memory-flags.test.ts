import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { memoryFlags } from './memory-flags.ts';

for (const name of ['api', 'auditor', 'cleaner', 'listener']) {
  test(`this Node takes the flags for the ${name}, and keeps to them`, () => {
    const limit = 'require("node:v8").getHeapStatistics().heap_size_limit / 2 ** 20';
    const { stdout, stderr } = spawnSync(process.execPath, [...memoryFlags(name), '-p', limit], {
      encoding: 'utf8',
    });
    assert.equal(stderr, '');
    const heap = Number(/--max-old-space-size=(\d+)/.exec(memoryFlags(name).join(' '))?.[1]);
    assert.ok(Number(stdout) >= heap && Number(stdout) < heap + 32, `${stdout} of ${heap} MB`);
  });
}
