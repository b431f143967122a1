import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentAnswers } from './recent-answers.ts';

test('the same text of the same key is finished once', () => {
  const recent = new RecentAnswers();
  const first = recent.hit('cities_BGR', '[1]');
  assert.equal(recent.hit('cities_BGR', ['[1', ']'].join('')), first);
  assert.equal(first.answer.body.toString(), '{"source":"cache","data":[1]}');
});

test('another text of the same key is another answer, and the first one is forgotten', () => {
  const recent = new RecentAnswers();
  const first = recent.hit('cities_BGR', '[1]');
  assert.equal(recent.hit('cities_BGR', '[2]').text, '[2]');
  assert.notEqual(recent.hit('cities_BGR', '[1]'), first);
  assert.equal(recent.bytes, 2 * 3 + 500);
});

test('the texts of two keys do not mix, even when they are equal', () => {
  const recent = new RecentAnswers();
  assert.notEqual(recent.hit('cities_BGR', '[]'), recent.hit('cities_ROU', '[]'));
});

test('what it holds is bounded, and a long text pushes out no others', () => {
  const recent = new RecentAnswers();
  const text = 'x'.repeat(200_000);
  for (let index = 0; index < 100; index += 1) {
    recent.hit(`key ${index}`, text);
  }
  const { bytes } = recent;
  assert.equal(bytes, 39 * (2 * 200_000 + 500));
  const kept = recent.hit('key 99', text);
  recent.hit('long', 'x'.repeat(300_000));
  assert.equal(recent.hit('key 99', text), kept);
  assert.equal(recent.bytes, bytes);
});

test('short texts count for what it takes to keep them', () => {
  const recent = new RecentAnswers();
  const first = recent.hit('key 0', '[]');
  for (let index = 1; index < 40_000; index += 1) {
    recent.hit(`key ${index}`, '[]');
  }
  assert.ok(recent.bytes <= 16_000_000);
  assert.notEqual(recent.hit('key 0', '[]'), first);
});
