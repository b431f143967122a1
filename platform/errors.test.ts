import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CineSyncError,
  describeError,
  PoisonError,
  SettingsError,
  TransientError,
} from './errors.ts';

test('every error has a stable code, its own name, and the cause it was made from', () => {
  const cause = new Error('connection refused');
  for (const Kind of [CineSyncError, TransientError, PoisonError]) {
    const error = new Kind('kafka_unreachable', 'Kafka is away', { cause });
    assert.equal(error.code, 'kafka_unreachable');
    assert.equal(error.name, Kind.name);
    assert.equal(error.message, 'Kafka is away');
    assert.equal(error.cause, cause);
    assert.ok(error instanceof CineSyncError);
  }
});

test('what can be tried again and what never succeeds are told apart', () => {
  assert.ok(!(new TransientError('a', 'b') instanceof PoisonError));
  assert.ok(!(new PoisonError('a', 'b') instanceof TransientError));
  assert.ok(!(new SettingsError([]) instanceof TransientError));
});

test('an error without a cause has none', () => {
  assert.ok(!('cause' in new TransientError('a', 'b')));
});

test('a settings error says every problem on a line of its own', () => {
  const error = new SettingsError(['PORT: must be a whole number', 'HOST: is required']);
  assert.deepEqual(error.problems, ['PORT: must be a whole number', 'HOST: is required']);
  assert.match(error.message, /\n {2}PORT: must be a whole number\n {2}HOST: is required$/);
});

test('whatever was thrown can be described', () => {
  const refused = ['connect ECONNREFUSED ::1:1', 'connect ECONNREFUSED 127.0.0.1:1'];
  const described: [thrown: unknown, text: string][] = [
    [new Error('plain'), 'plain'],
    [new AggregateError(refused.map((text) => new Error(text))), refused.join('; ')],
    [new AggregateError([new Error('part')], 'the whole'), 'the whole'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [null, 'null'],
  ];
  for (const [thrown, text] of described) {
    assert.equal(describeError(thrown), text);
  }
});
