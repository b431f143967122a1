import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoisonError, TransientError } from '../platform/errors.ts';
import { Problem, problemSchema, problemText, toProblem } from './problem.ts';

test('a problem document has every member of RFC 9457 and the request id', () => {
  const problem = new Problem(404, 'There is no such thing.');
  const text = problemText(problem, { instance: '/x', requestId: 'r1' });
  assert.deepEqual(problemSchema.parse(JSON.parse(text)), {
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'There is no such thing.',
    instance: '/x',
    request_id: 'r1',
  });
});

test('what heals by itself is a 503 that says when to come again', () => {
  const problem = toProblem(new TransientError('postgres_unreachable', 'connect 10.0.0.1:5432'));
  assert.equal(problem.status, 503);
  assert.match(problem.headers['retry-after'] ?? '', /^\d+$/);
  assert.doesNotMatch(problem.message, /10\.0\.0\.1/);
});

test('what Express blames on the client stays a client error', () => {
  const problem = toProblem(Object.assign(new URIError('%ff in secret'), { status: 400 }));
  assert.equal(problem.status, 400);
  assert.doesNotMatch(problem.message, /secret/);
});

test('any other error is a 500 that tells nothing', () => {
  const faults = [
    new Error('a secret'),
    new PoisonError('x', 'a secret'),
    Object.assign(new Error('a secret'), { status: 503 }),
    'a secret',
    undefined,
  ];
  for (const fault of faults) {
    const problem = toProblem(fault);
    assert.equal(problem.status, 500);
    assert.doesNotMatch(problem.message, /secret/);
  }
});
