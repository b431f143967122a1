// Shows that rules work: each is fed a planted violation and has to report it, and something like
// it that is right and has to pass. A rule without both is a failure itself.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from './rule.ts';

/** Contents by path: a checkout in small. */
type Planted = Record<string, string>;

export interface Cases {
  /** What the one violation in these files is reported as. */
  reported: readonly (readonly [complaint: string, files: Planted])[];
  accepted: readonly Planted[];
}

export function testRules(rules: readonly Rule[], casesByRule: Record<string, Cases>): void {
  for (const rule of rules) {
    test(`the rule "${rule.name}" reports what is planted, and nothing else`, () => {
      const cases = casesByRule[rule.name];
      assert.ok(cases && cases.reported.length > 0 && cases.accepted.length > 0, 'no cases');
      for (const [complaint, files] of cases.reported) {
        assert.deepEqual(check(rule, files), [complaint]);
      }
      for (const files of cases.accepted) {
        assert.deepEqual(check(rule, files), []);
      }
    });
  }
}

function check(rule: Rule, files: Planted): string[] {
  return rule.check(Object.entries(files).map(([path, text]) => ({ path, text })));
}
