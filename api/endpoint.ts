// One method of one address: who may call it, what it takes, what it answers and who answers.
// Routing, checking of input, 405 and the OpenAPI document all come from this one description.

import type { ResponseConfig, RouteConfig } from '@asteasolutions/zod-to-openapi';
import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { Reader } from '../cache/read-result.ts';
import { type JsonBody, readJsonBody, readingProblems } from './json-body.ts';
import { Problem, problemContentType, problemSchema } from './problem.ts';

export interface Endpoint {
  readonly documentation: RouteConfig;
  /** In the order in which Express calls them. */
  readonly handlers: readonly RequestHandler[];
  /** Of what it shows, an entry at each code: a hit is sent without the handlers. */
  readonly entries?: Reader;
}

export type Method = 'delete' | 'get' | 'patch' | 'post' | 'put';

/** Who may call: decided before any input is looked at. */
export interface Access {
  readonly guards: readonly RequestHandler[];
  /** As OpenAPI writes it. */
  readonly security: Record<string, string[]>[];
  /** How the guards may refuse. */
  readonly responses: Record<string, ResponseConfig>;
}

export interface EndpointDefinition<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Headers extends z.ZodObject,
  Body extends z.ZodType,
> {
  /** `get`, which answers HEAD too, unless said otherwise. */
  method?: Method;
  /** As OpenAPI writes it: `/cities/{code}`. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  access?: Access;
  params?: Params;
  query?: Query;
  /** By their usual names: `If-Match`. */
  headers?: Headers;
  body?: JsonBody<Body>;
  /** A body that `handle` reads by itself; for the document alone. */
  upload?: NonNullable<NonNullable<RouteConfig['request']>['body']>;
  responses: Record<string, ResponseConfig>;
  /** Where `handle` shows the entry of the code that ends the path, without access of its own. */
  entries?: Reader;
  handle: (
    call: Call<z.output<Params>, z.output<Query>, z.output<Headers>, z.output<Body>>,
  ) => Promise<void> | void;
}

/** A request whose input has been checked. */
export interface Call<Params, Query, Headers, Body> {
  params: Params;
  query: Query;
  headers: Headers;
  body: Body;
  request: Request;
  response: Response;
}

const nothing = z.object({});

export function defineEndpoint<
  Params extends z.ZodObject = typeof nothing,
  Query extends z.ZodObject = typeof nothing,
  Headers extends z.ZodObject = typeof nothing,
  Body extends z.ZodType = z.ZodUndefined,
>(definition: EndpointDefinition<Params, Query, Headers, Body>): Endpoint {
  const { access, params, query, headers, body, handle } = definition;
  const answer: RequestHandler = async (request, response) => {
    await handle({
      params: check<Params>(params ?? nothing, request.params),
      query: check<Query>(query ?? nothing, request.query),
      headers: check<Headers>(headers ?? nothing, namedHeaders(headers, request)),
      body: (body && (await readJsonBody(body, request, response))) as z.output<Body>,
      request,
      response,
    });
  };
  return {
    documentation: document(definition),
    handlers: [...(access?.guards ?? []), answer],
    ...(definition.entries && { entries: definition.entries }),
  };
}

function document<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Headers extends z.ZodObject,
  Body extends z.ZodType,
>(definition: EndpointDefinition<Params, Query, Headers, Body>): RouteConfig {
  const { method = 'get', path, tag, summary, description, access } = definition;
  const { params, query, headers, body, upload, responses } = definition;
  return {
    method,
    path,
    operationId: operationId(method, path),
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(access && { security: access.security }),
    request: {
      ...(params && { params }),
      ...(query && { query }),
      ...(headers && { headers }),
      ...(upload && { body: upload }),
      ...(body && { body: { required: true, content: bodyContent(body) } }),
    },
    responses: {
      ...(body && eachOf(readingProblems, problemResponse)),
      ...access?.responses,
      ...responses,
    },
  };
}

/** `PATCH /movies/{id}` is `patchMoviesById`. */
function operationId(method: Method, path: string): string {
  const words = path.replaceAll('{', 'by-').split(/[^A-Za-z0-9]+/);
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function bodyContent({ schema, contentTypes, example }: JsonBody<z.ZodType>) {
  const content = { schema, ...(example === undefined ? {} : { example }) };
  return eachOf(Object.fromEntries(contentTypes.map((type) => [type, content])), (same) => same);
}

function eachOf<From, To>(record: Record<string, From>, convert: (value: From) => To) {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, convert(value)] as const),
  );
}

function namedHeaders(headers: z.ZodObject | undefined, { headers: given }: Request) {
  const names = Object.keys(headers?.shape ?? {});
  return Object.fromEntries(names.map((name) => [name, given[name.toLowerCase()]]));
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

export const jsonContentType = 'application/json; charset=utf-8';

/** Sends JSON text as it is. */
export function sendJson(response: Response, text: string, status = 200): void {
  response.statusCode = status;
  response.setHeader('content-type', jsonContentType);
  response.setHeader('cache-control', 'no-store');
  // Said here because Node would leave it out of the answer to HEAD.
  response.setHeader('content-length', Buffer.byteLength(text));
  response.end(text);
}
