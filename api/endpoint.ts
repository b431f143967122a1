// One address that can be read: what it takes, what it answers and who answers. Routing, checking
// of input, 405 and the OpenAPI document all come from this one description.

import type { ResponseConfig, RouteConfig } from '@asteasolutions/zod-to-openapi';
import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { Problem, problemContentType, problemSchema } from './problem.ts';

export interface Endpoint {
  readonly documentation: RouteConfig;
  readonly handle: RequestHandler;
}

export interface EndpointDefinition<Params extends z.ZodObject, Query extends z.ZodObject> {
  /** As OpenAPI writes it: `/cities/{code}`. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  params?: Params;
  query?: Query;
  responses: Record<string, ResponseConfig>;
  handle: (call: Call<z.output<Params>, z.output<Query>>) => Promise<void> | void;
}

/** A request whose input has been checked. */
export interface Call<Params, Query> {
  params: Params;
  query: Query;
  request: Request;
  response: Response;
}

const nothing = z.object({});

export function defineEndpoint<
  Params extends z.ZodObject = typeof nothing,
  Query extends z.ZodObject = typeof nothing,
>(definition: EndpointDefinition<Params, Query>): Endpoint {
  const { path, tag, summary, description, params, query, responses, handle } = definition;
  return {
    documentation: {
      method: 'get',
      path,
      tags: [tag],
      summary,
      ...(description === undefined ? {} : { description }),
      request: { ...(params && { params }), ...(query && { query }) },
      responses,
    },
    handle: async (request, response) => {
      await handle({
        params: check<Params>(params ?? nothing, request.params),
        query: check<Query>(query ?? nothing, request.query),
        request,
        response,
      });
    },
  };
}

/** @throws Problem naming every mistake. */
function check<Schema extends z.ZodObject>(schema: z.ZodObject, input: unknown): z.output<Schema> {
  const checked = schema.safeParse(input);
  if (checked.success) {
    return checked.data as z.output<Schema>;
  }
  const mistakes = checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Problem(400, mistakes.join('; '));
}

export function jsonResponse(description: string, schema: z.ZodType): ResponseConfig {
  return { description, content: { 'application/json': { schema } } };
}

export function problemResponse(description: string): ResponseConfig {
  return { description, content: { [problemContentType]: { schema: problemSchema } } };
}

/** Sends JSON text as it is. */
export function sendJson(response: Response, text: string, status = 200): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  // Said here because Node would leave it out of the answer to HEAD.
  response.setHeader('content-length', Buffer.byteLength(text));
  response.end(text);
}
