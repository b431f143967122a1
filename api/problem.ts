// What a request gets instead of an answer: a problem document (RFC 9457). Routes throw a Problem;
// `toProblem` decides what any other error means to the client, and never tells it more.

import { STATUS_CODES } from 'node:http';
import type { Response } from 'express';
import { z } from 'zod';
import { CineSyncError, TransientError } from '../platform/errors.ts';

export class Problem extends CineSyncError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super('http_problem', detail);
    this.status = status;
    this.headers = headers;
  }
}

/** One thing that is wrong in a body; the pointer (RFC 6901) says where. */
export interface Mistake {
  pointer: string;
  detail: string;
}

/** A body that was understood and can not be accepted. */
export class InvalidBody extends Problem {
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    const summary = mistakes.map(({ pointer, detail }) => `${pointer || 'the body'}: ${detail}`);
    super(422, summary.slice(0, mistakesShownMax).join('; '));
    this.mistakes = mistakes.slice(0, mistakesShownMax);
  }
}

const mistakesShownMax = 50;

export const problemContentType = 'application/problem+json';

export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().meta({ example: 'Bad Request' }),
    status: z.int().min(400).max(599).meta({ example: 400 }),
    detail: z.string().meta({ example: 'code: must be three letters, like BGR' }),
    instance: z.string().optional().meta({ example: '/cities/B1' }),
    request_id: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string().meta({
            description: 'Where in the body (RFC 6901); empty for the body itself',
            example: '/genre_ids/0',
          }),
          detail: z.string().meta({ example: 'there is no such genre' }),
        }),
      )
      .optional()
      .meta({ description: 'Each mistake in the body of a request (RFC 9457, section 3.1.1)' }),
  })
  .meta({ id: 'Problem', description: 'Why there is no answer (RFC 9457).' });

export interface Occurrence {
  /** The path asked for; unknown when the request could not even be read. */
  instance?: string;
  requestId: string;
}

export function problemText(problem: Problem, { instance, requestId }: Occurrence): string {
  const { status, message: detail } = problem;
  const title = STATUS_CODES[status] ?? 'Error';
  const document: z.output<typeof problemSchema> = {
    type: 'about:blank',
    title,
    status,
    detail,
    instance,
    request_id: requestId,
    ...(problem instanceof InvalidBody ? { errors: [...problem.mistakes] } : {}),
  };
  return JSON.stringify(document);
}

/** Of the answer that was being prepared; they do not describe the problem document. */
const representationHeaders = ['content-encoding', 'etag', 'last-modified'];

export function sendProblem(response: Response, problem: Problem, occurrence: Occurrence): void {
  response.status(problem.status);
  for (const name of representationHeaders) {
    response.removeHeader(name);
  }
  response.setHeader('content-type', problemContentType);
  response.setHeader('cache-control', 'no-store');
  for (const [name, value] of Object.entries(problem.headers)) {
    response.setHeader(name, value);
  }
  const text = problemText(problem, occurrence);
  response.setHeader('content-length', Buffer.byteLength(text));
  response.end(text);
}

const retryAfterSeconds = '1';

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) {
    return error;
  }
  if (error instanceof TransientError) {
    const detail = 'A server that this answer needs does not respond; try again.';
    return new Problem(503, detail, { 'retry-after': retryAfterSeconds });
  }
  const status = clientErrorStatus(error);
  return status === null
    ? new Problem(500, 'Something went wrong here; the log has it under this request id.')
    : new Problem(status, 'The request can not be understood.');
}

/** Express and its parts mark the errors that the client made. */
function clientErrorStatus(error: unknown): number | null {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null;
}
