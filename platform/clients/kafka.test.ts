import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransientError } from '../errors.ts';
import { asKafkaError } from './kafka.ts';

/** As the driver throws them: with a type of its own, often inside another error. */
function driverError(type: string): Error {
  return Object.assign(new Error('This server does not host this topic-partition'), { type });
}

test('whatever Kafka refuses is tried again', () => {
  for (const thrown of [new Error('away'), driverError('LEADER_NOT_AVAILABLE'), 'a text']) {
    const error = asKafkaError(thrown);
    assert.ok(error instanceof TransientError);
    assert.equal(error.code, 'kafka_unreachable');
    assert.match(error.message, /^Kafka: /);
    assert.equal(error.cause, thrown);
  }
});

test('a missing topic is told apart, however deep the driver hides it', () => {
  const plain = driverError('UNKNOWN_TOPIC_OR_PARTITION');
  const wrapped = new Error('retries exceeded', { cause: new Error('again', { cause: plain }) });
  for (const thrown of [plain, wrapped]) {
    const error = asKafkaError(thrown);
    assert.ok(error instanceof TransientError);
    assert.equal(error.code, 'kafka_unknown_topic');
  }
});

test('a send that is too large is told apart: it would never be taken', () => {
  const error = asKafkaError(driverError('MESSAGE_TOO_LARGE'));
  assert.ok(error instanceof TransientError);
  assert.equal(error.code, 'kafka_message_too_large');
});

test('what was already told apart stays as it is', () => {
  const error = new TransientError('kafka_incomplete_send', 'not all of it');
  assert.equal(asKafkaError(error), error);
});
