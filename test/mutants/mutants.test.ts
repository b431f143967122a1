// The sabotages fit the source as it is now, and what is said of them is true.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { judge, missingOn } from './judge.ts';
import { type Catcher, catchersOf, type Mutant, sabotage } from './mutant.ts';
import { mutants } from './mutants.ts';
import { markdownTable, summary, withTable } from './table.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

const mutant: Mutant = {
  name: 'adds where it should not',
  file: 'sum.ts',
  find: 'a - b',
  replace: 'a + b',
  caughtBy: { test: 'sum.test.ts', title: 'a | b' },
};

const trial = { mutant, catcher: mutant.caughtBy };

describe('every mutant', () => {
  for (const { name, file } of mutants) {
    test(`${name}: its place in ${file} is exact, and there is such a test`, () => {
      const fitting = mutants.filter((one) => one.name === name);
      assert.equal(fitting.length, 1, 'names are unique');
      const source = readFileSync(root + file, 'utf8');
      assert.notEqual(sabotage(source, fitting[0] as Mutant), source);
      const catchers = catchersOf(fitting[0] as Mutant);
      assert.deepEqual(
        catchers.filter((catcher) => !existsSync(root + catcher.test)),
        [],
      );
    });
  }
});

describe('a sabotage', () => {
  test('replaces its one place, whatever signs are in the new text', () => {
    assert.equal(sabotage('x = a - b;', { ...mutant, replace: '$& $1' }), 'x = $& $1;');
  });

  test('is refused where its place is not there, or not the only one', () => {
    assert.throws(() => sabotage('x = a * b;', mutant), {
      message: /sum\.ts is not there:\na - b/,
    });
    assert.throws(() => sabotage('a - b; a - b', mutant), { message: /is there 2 times/ });
  });
});

describe('a mutant', () => {
  const run = { passed: new Set(['other']), failed: new Map([['a | b', '3 is not 1']]) };

  test('is caught when the named test failed', () => {
    const { caught, detail } = judge(trial, run, 1);
    assert.deepEqual([caught, detail], [true, '3 is not 1']);
  });

  test('is not caught by a test that passed, was not reached, or is another one', () => {
    const passed = { passed: new Set(['a | b']), failed: new Map() };
    assert.deepEqual(judge(trial, passed, 1).detail, 'the test passed');
    const elsewhere = { passed: new Set<string>(), failed: new Map([['c', '']]) };
    const verdict = judge(trial, elsewhere, 1);
    assert.equal(verdict.caught, false);
    assert.equal(verdict.detail, 'the test was not reached; these failed: "c"');
  });

  test('shows nothing by a test that fails, or is missing, on the source as it is', () => {
    assert.deepEqual(missingOn(run, [trial]), ['a | b']);
    assert.deepEqual(missingOn({ passed: new Set(['a | b']), failed: new Map() }, [trial]), []);
  });
});

test('the page of the fault suite has the table of these mutants', () => {
  const page = readFileSync(`${root}test/faults/README.md`, 'utf8');
  assert.equal(withTable(page, mutants), page, 'npm run mutants writes it');
});

test('the table stands between its marks and replaces the one before', () => {
  const page = 'top\n<!-- mutants: written by npm run mutants -->\nold\n<!-- mutants end -->\nend';
  const fresh = withTable(page, [mutant]);
  assert.match(fresh, /^top\n/);
  assert.match(fresh, /\nend$/);
  assert.ok(fresh.includes(markdownTable([mutant])) && !fresh.includes('old'));
  assert.match(fresh, /`sum\.test\.ts`: a \\\| b \|/);
  assert.equal(withTable(fresh, [mutant]), fresh);
  assert.throws(() => withTable('no marks', [mutant]), { message: /no place for the table/ });
});

test('the summary counts, gives the median time, and names what was not caught', () => {
  const verdicts = [1000, 9000, 2000].map((tookMs, index) => {
    return { ...trial, caught: index > 0, detail: 'the test passed', tookMs };
  });
  assert.deepEqual(summary(verdicts).split('\n'), [
    '2 of 3 mutants caught, half of them within 2.0 s.',
    'NOT CAUGHT  adds where it should not (sum.ts) by sum.test.ts: the test passed',
  ]);
});

test('what leaves wrong entries is tried with the auditor as well', () => {
  const lasting = { ...mutant, auditedAfter: 'a change' };
  const [first, second] = catchersOf(lasting);
  assert.equal(first, mutant.caughtBy);
  assert.equal(second?.title, 'the auditor finds nothing after a change');
  const verdicts = [first, second].map((catcher) => {
    return { mutant: lasting, catcher: catcher as Catcher, caught: true, detail: '', tookMs: 1 };
  });
  assert.match(summary(verdicts), /^1 of 1 mutants caught.*\n1 of 1 found by the auditor/);
  assert.match(markdownTable([lasting]), /<br>`test\/auditor-at-rest/);
});
