import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createUncheckedCopy } from './unchecked-copy.ts';

test('the checks are where the copy leaves them out', (t) => {
  const copy = createUncheckedCopy();
  t.after(() => copy.remove());
  assert.ok(existsSync(copy.main));
  const trust = readFileSync(join(copy.main, '../../cache/trust.ts'), 'utf8');
  assert.match(trust, /get trustedUntilMs\(\): number \{\s+return Number\.POSITIVE_INFINITY;/);
});
