// What every answer that is an error must look like.

import assert from 'node:assert/strict';
import { STATUS_CODES } from 'node:http';

export interface ProblemAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance?: string;
  request_id: string;
  errors?: { pointer: string; detail: string }[];
}

/** Fails unless the answer is a whole problem document that tells nothing of our insides. */
export function assertProblem(answer: ProblemAnswer, status: number): ProblemDocument {
  assert.equal(answer.status, status, answer.body);
  assert.equal(answer.headers['content-type'], 'application/problem+json');
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  const problem = JSON.parse(answer.body) as ProblemDocument;
  assert.equal(problem.type, 'about:blank');
  assert.equal(problem.title, STATUS_CODES[status]);
  assert.equal(problem.status, status);
  assert.ok(problem.detail.length > 0, 'it has a detail');
  assert.equal(problem.request_id, answer.headers['x-request-id']);
  assert.doesNotMatch(answer.body, /node_modules|\.ts:\d|\.js:\d|    at |select /i);
  return problem;
}

export async function toProblemAnswer(response: Response): Promise<ProblemAnswer> {
  const { status, headers } = response;
  return { status, headers: Object.fromEntries(headers), body: await response.text() };
}
