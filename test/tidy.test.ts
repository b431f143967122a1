// The rules of the house, held against every file of the checkout. What each rule reports, and
// that it does, is tested in test/tidy/.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importRules } from './tidy/import-rules.ts';
import { repositoryRules } from './tidy/repository-rules.ts';
import { sizeRules } from './tidy/size-rules.ts';
import { readSourceTree } from './tidy/source-tree.ts';
import { usageRules } from './tidy/usage-rules.ts';
import { wordRules } from './tidy/word-rules.ts';

const files = readSourceTree();

for (const rule of [
  ...sizeRules,
  ...importRules,
  ...usageRules,
  ...wordRules,
  ...repositoryRules,
]) {
  test(`the checkout keeps the rule: ${rule.name}`, () => {
    const violations = rule.check(files);
    assert.equal(violations.join('\n'), '');
  });
}
