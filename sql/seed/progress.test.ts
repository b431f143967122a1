import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Progress } from './progress.ts';

function startProgress(isTTY: boolean) {
  const written: string[] = [];
  const clock = { nowMs: 0 };
  const output = { isTTY, write: (text: string) => written.push(text) };
  const now = () => clock.nowMs;
  return { written, clock, progress: new Progress({ output, label: 'cities', total: 100, now }) };
}

test('writes plain lines now and then, and always the last one', () => {
  const { written, clock, progress } = startProgress(false);
  progress.advance(10);
  assert.deepEqual(written, []);
  clock.nowMs = 1000;
  progress.advance(10);
  progress.advance(10);
  progress.advance(70);
  progress.end();
  assert.deepEqual(written, ['seed: cities 20 of 100\n', 'seed: cities 100 of 100\n']);
});

test('redraws a bar in place on a terminal and ends its line', () => {
  const { written, clock, progress } = startProgress(true);
  clock.nowMs = 50;
  progress.advance(50);
  clock.nowMs = 100;
  progress.advance(50);
  progress.end();
  assert.equal(written.length, 3);
  assert.match(written[0] ?? '', /^\r.*█{12}░{12} cities 50 of 100$/);
  assert.match(written[1] ?? '', /^\r.*█{24} cities 100 of 100$/);
  assert.equal(written[2], '\n');
});
