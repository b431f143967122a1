import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLedger } from './event-ledger.ts';

/** Cells like `one` and `one link`. */
const filmOf = (cell: string) =>
  cell.startsWith('town') ? undefined : { film: cell.split(' ')[0] ?? '', isLink: / /.test(cell) };

function countOf(changes: [cell: string, value: number][], before: number): number | undefined {
  const ledger = new EventLedger({ filmOf });
  ledger.begin(new Map([['one', 10]]));
  ledger.note(
    changes.map(([cell, value]) => ({ cell, value })),
    () => before,
  );
  return ledger.expected.get('one');
}

const cases: [title: string, changes: [string, number][], before: number, count: number][] = [
  ['a changed film is updated', [['one', 7]], 6, 11],
  ['a film that is shown is updated and published', [['one', 7]], 0, 12],
  ['a film that is hidden is unpublished', [['one', 0]], 6, 11],
  [
    'links are one update, however many',
    [
      ['one a', 1],
      ['one b', 0],
    ],
    0,
    11,
  ],
  [
    'a film and its links are one update',
    [
      ['one', 7],
      ['one a', 1],
    ],
    6,
    11,
  ],
  [
    'a hidden film whose links changed is updated, too',
    [
      ['one', 0],
      ['one a', 1],
    ],
    6,
    12,
  ],
  ['towns are none of it', [['town', 7]], 6, 10],
];
for (const [title, changes, before, count] of cases) {
  test(title, () => {
    assert.equal(countOf(changes, before), count);
  });
}
