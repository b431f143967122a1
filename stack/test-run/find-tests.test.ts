import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findTests } from './find-tests.ts';

function makeTree(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'cinesync-tests-'));
  t.after(() => rmSync(root, { recursive: true }));
  const files = {
    'cache/lease.test.ts': '',
    'cache/lease.ts': '',
    'cache/lease.server.test.ts': '',
    'test/walkthrough.test.ts': `import { startPipeline } from './support/pipeline.ts';`,
    'test/faults/pause.test.ts': `import { eventually } from '../support/eventually.ts';`,
    'test/tidy.test.ts': `import { test } from 'node:test';`,
    'node_modules/pg/x.test.ts': '',
    '.stack/x.test.ts': '',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

test('finds every test but those of packages and of hidden folders', (t) => {
  assert.deepEqual(
    findTests(makeTree(t), []).map(({ path }) => path),
    [
      'cache/lease.server.test.ts',
      'cache/lease.test.ts',
      'test/faults/pause.test.ts',
      'test/tidy.test.ts',
      'test/walkthrough.test.ts',
    ],
  );
});

test('knows which need servers: by suffix, and in test/ by what they use', (t) => {
  const needing = findTests(makeTree(t), []).filter(({ needsServers }) => needsServers);
  assert.deepEqual(
    needing.map(({ path }) => path),
    ['cache/lease.server.test.ts', 'test/faults/pause.test.ts', 'test/walkthrough.test.ts'],
  );
});

test('takes files and folders, each file once', (t) => {
  const found = findTests(makeTree(t), ['cache', 'cache/lease.test.ts', 'test/tidy.test.ts']);
  assert.deepEqual(
    found.map(({ path }) => path),
    ['cache/lease.server.test.ts', 'cache/lease.test.ts', 'test/tidy.test.ts'],
  );
});

test('a path without tests is a mistake, not an empty success', (t) => {
  const root = makeTree(t);
  assert.throws(() => findTests(root, ['nowhere']), { message: /There is no .*nowhere/ });
  assert.throws(() => findTests(root, ['node_modules/pg/none']), { message: /There is no/ });
});
