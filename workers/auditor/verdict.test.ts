import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type EntryState,
  judgeLook,
  judgeSecondLook,
  type Look,
  type SecondLook,
} from './verdict.ts';

const cached: EntryState = { kind: 'value', text: '[1]', expiresAtMs: 900, expiresInMs: 300 };
const row = (text: string, incarnation: string | null = 'one') => ({ text, incarnation });

/** The cache says [1], the database said [2] before and after. */
const suspect: Look = {
  startedMs: 1000,
  trustedSinceMs: 500,
  entry: cached,
  database: [row('[2]'), row('[2]')],
  incarnation: 'one',
};

describe('one look', () => {
  const looks: [title: string, expected: string, changes: Partial<Look>][] = [
    ['differs from both readings', 'suspect', {}],
    ['equals the first reading', 'fresh', { database: [row('[1]')] }],
    ['equals the second of two readings', 'fresh', { database: [row('[2]'), row('[1]')] }],
    ['lies between two readings that differ', 'changing', { database: [row('[2]'), row('[3]')] }],
    ['has only one reading, which differs', 'changing', { database: [row('[2]')] }],
    ['finds nothing', 'absent', { entry: { kind: 'absent' }, database: [] }],
    ['finds a lease', 'lease', { entry: { kind: 'lease' }, database: [] }],
    ['ends while entries are not used', 'bypass', { trustedSinceMs: Number.POSITIVE_INFINITY }],
    ['began before entries were used again', 'bypass', { trustedSinceMs: 1001 }],
    ['asked another database first', 'server', { database: [row('[2]', 'two'), row('[2]')] }],
    ['asked another database then', 'server', { database: [row('[2]'), row('[2]', null)] }],
    ['does not know which database it is', 'server', { incarnation: null }],
  ];
  for (const [title, expected, changes] of looks) {
    test(`that ${title} is ${expected}`, () => {
      assert.equal(judgeLook({ ...suspect, ...changes }), expected);
    });
  }

  test('at a database without an incarnation proves nothing', () => {
    const database = [row('[1]', null)];
    assert.equal(judgeLook({ ...suspect, incarnation: null, database }), 'server');
  });
});

describe('a second look', () => {
  const second: Look = { ...suspect, startedMs: 7000 };
  const proof: SecondLook = { first: suspect, firstDatabaseMs: 50, appliedMs: 50, second };

  test('that still differs proves a stale entry', () => {
    assert.equal(judgeSecondLook(proof), 'stale');
  });

  test('proves it also when the database has moved on, away from both', () => {
    const moved = { ...second, database: [row('[3]'), row('[3]')] };
    assert.equal(judgeSecondLook({ ...proof, second: moved }), 'stale');
  });

  const looks: [title: string, expected: string, changes: Partial<Look>][] = [
    ['finds the entry gone', 'replaced', { entry: { kind: 'absent' }, database: [] }],
    ['finds a lease', 'replaced', { entry: { kind: 'lease' }, database: [] }],
    ['finds another value', 'replaced', { entry: { ...cached, text: '[0]' } }],
    ['finds the same value filled anew', 'replaced', { entry: { ...cached, expiresAtMs: 901 } }],
    ['finds the database saying what the entry says', 'moved', { database: [row('[1]')] }],
    ['lies between two readings that differ', 'changing', { database: [row('[2]'), row('[3]')] }],
    ['asked another database', 'server', { incarnation: 'two' }],
    ['ends while entries are not used', 'bypass', { trustedSinceMs: Number.POSITIVE_INFINITY }],
    ['comes after entries were not used for a while', 'bypass', { trustedSinceMs: 1001 }],
  ];
  for (const [title, expected, changes] of looks) {
    test(`that ${title} is ${expected}`, () => {
      assert.equal(judgeSecondLook({ ...proof, second: { ...second, ...changes } }), expected);
    });
  }

  test('proves nothing while what the first one saw may be under way', () => {
    assert.equal(judgeSecondLook({ ...proof, appliedMs: 49 }), 'unapplied');
  });
});
