import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { createProgress, type Progress } from './progress.ts';

interface Shown {
  readonly progress: Progress;
  text(): string;
  advance(ms: number): void;
}

function show(t: TestContext, stream: { isTTY: boolean; columns?: number }): Shown {
  let written = '';
  let at = 0;
  const output = {
    ...stream,
    write: (text: string) => {
      written += text;
    },
  };
  const progress = createProgress({ stream: output, env: { NO_COLOR: '1' }, now: () => at });
  t.after(() => progress.close());
  return { progress, text: () => written, advance: (ms) => (at += ms) };
}

test('writes a plain line for each new stage and for the end', (t) => {
  const { progress, text, advance } = show(t, { isTTY: false });
  const step = progress.step('kafka');
  step.report('downloading, 1 files');
  step.report('downloading, 2 files');
  advance(1500);
  step.report('starting');
  step.succeed('Kafka on 9092');
  assert.deepEqual(text().split('\n'), [
    'kafka         downloading, 1 files',
    'kafka         starting',
    'kafka         Kafka on 9092 (1.5 s)',
    '',
  ]);
});

test('writes a long count now and then, and ever more rarely', (t) => {
  const { progress, text, advance } = show(t, { isTTY: false });
  const step = progress.step('data');
  for (let cities = 1; cities <= 40; cities += 1) {
    step.report(`cities ${cities} of 40`);
    advance(1000);
  }
  assert.deepEqual(text().match(/\d+ of/g), ['1 of', '6 of', '16 of', '36 of']);
});

test('redraws the list in place on a terminal', (t) => {
  const { progress, text } = show(t, { isTTY: true, columns: 80 });
  progress.step('postgres').succeed('Postgres on 5432');
  progress.step('kafka').succeed('Kafka on 9092');
  progress.close();
  const last = text().split('\u001b[2A').at(-1) ?? '';
  assert.match(last, /✔ postgres +Postgres on 5432 .*\n.*✔ kafka +Kafka on 9092 /);
  assert.ok(text().endsWith('\u001b[?25h'), 'the cursor is visible again');
});

test('cuts a line that would wrap, as a wrapped line can not be redrawn', (t) => {
  const columns = 60;
  const { progress, text } = show(t, { isTTY: true, columns });
  progress.step('kafka').fail('x'.repeat(200));
  progress.close();
  const visible = stripVTControlCharacters(text()).split('\n');
  assert.ok(visible.every((line) => line.length < columns));
});
