// Reads the JSON body of one request: its type, its size, its text, its depth and then its shape,
// in this order, so that nothing large or deep is ever looked at closely.

import express, { type Request, type Response } from 'express';
import type { z } from 'zod';
import { InvalidBody, type Mistake, Problem } from './problem.ts';

export interface JsonBody<Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly contentTypes: readonly string[];
  readonly example?: unknown;
}

/** How the reading may end instead, by status. */
export const readingProblems: Record<string, string> = {
  400: 'The body or a parameter can not be understood',
  413: 'The body is too large',
  415: 'The body has another content type',
  422: 'The body is understood, and not acceptable; `errors` names each mistake',
};

const bodyBytesMax = 256 * 1024;
const levelsMax = 16;

const readBytes = express.raw({ type: () => true, limit: bodyBytesMax, inflate: false });

/** @throws Problem saying what is wrong with it. */
export async function readJsonBody<Schema extends z.ZodType>(
  { schema, contentTypes }: JsonBody<Schema>,
  request: Request,
  response: Response,
): Promise<z.output<Schema>> {
  if (!request.is([...contentTypes])) {
    throw unacceptableType(request, contentTypes);
  }
  await new Promise<void>((resolve, reject) => {
    readBytes(request, response, (error) => (error ? reject(unreadable(error)) : resolve()));
  });
  const value = parse(request.body as Uint8Array);
  if (isDeeperThan(value, levelsMax)) {
    throw new Problem(400, `The body is nested deeper than ${levelsMax} levels.`);
  }
  const checked = schema.safeParse(value);
  if (!checked.success) {
    throw new InvalidBody(mistakesOf(checked.error));
  }
  return checked.data;
}

function unacceptableType(request: Request, contentTypes: readonly string[]): Problem {
  const accepted = contentTypes.join(', ');
  const accept = request.method === 'PATCH' ? { 'accept-patch': accepted } : {};
  return new Problem(415, `The body must be ${accepted}.`, { accept: accepted, ...accept });
}

function unreadable(error: unknown): Problem {
  const { type } = error as { type?: unknown };
  switch (type) {
    case 'entity.too.large':
      return new Problem(413, `The body is larger than ${bodyBytesMax / 1024} KiB.`);
    case 'encoding.unsupported':
      return new Problem(415, 'The body must not be compressed.', {
        'accept-encoding': 'identity',
      });
    default:
      return new Problem(400, 'The body did not arrive as a whole.');
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Problem(400, 'The body is not JSON in UTF-8.');
  }
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  return levels === 0 || Object.values(value).some((part) => isDeeperThan(part, levels - 1));
}

function mistakesOf(error: z.ZodError): Mistake[] {
  const mistakes = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          pointer: pointerTo([...issue.path, key]),
          detail: 'is not known here',
        }))
      : [{ pointer: pointerTo(issue.path), detail: issue.message }],
  );
  // One mistake may break several rules that say the same.
  const each = new Map(mistakes.map((mistake) => [Object.values(mistake).join(' '), mistake]));
  return [...each.values()];
}

/** RFC 6901. */
function pointerTo(path: readonly PropertyKey[]): string {
  return path
    .map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}
