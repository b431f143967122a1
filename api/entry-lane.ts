// The short way of a hit: what is cached, in memory or in Redis, is sent before Express sees the
// request, the same to the byte as on the long way (a test compares them). Whatever is not exactly
// the address of an entry, spelled as usual, and what would have to be loaded goes the long way.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reader, ReadResult } from '../cache/read-result.ts';
import type { AccessLog, AnsweredRequest } from './access-log.ts';
import { pathPrefixes } from './create-app.ts';
import type { Endpoint } from './endpoint.ts';
import { requestIdFor, requestIdHeader } from './request-id.ts';
import { sourcedAnswer } from './sourced-answer.ts';

/** Whether it has answered; a promise only where Redis had to be asked. */
export type EntryLane = (
  request: IncomingMessage,
  response: ServerResponse,
) => boolean | Promise<boolean>;

export interface EntryLaneOptions {
  endpoints: readonly Endpoint[];
  accessLog: Pick<AccessLog, 'begin' | 'record'>;
  securityHeaders: readonly string[];
}

interface Stop {
  reader: Reader;
  /** As Express names the route. */
  route: string;
}

/** One request on the lane. */
interface Pass {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: string;
  readonly startedMs: number;
}

// No function is made per request: naming each, which the compiler does so that traces can be read,
// would cost a hit a twelfth of its time.
export function createEntryLane(options: EntryLaneOptions): EntryLane {
  const { accessLog, securityHeaders } = options;
  const stops = stopsOf(options);

  function send(pass: Pass, result: ReadResult | undefined): boolean {
    if (result === undefined) {
      return false;
    }
    const requestId = requestIdFor(pass.request.headers);
    const { status, headers, body } = sourcedAnswer(pass.request.headers, result);
    headers.push(requestIdHeader, requestId, ...securityHeaders);
    pass.response.writeHead(status, headers).end(body);
    record(pass, status, requestId);
    return true;
  }

  /** On to Express, unless its client has left meanwhile. */
  function goOn(pass: Pass): boolean {
    const { request, response, startedMs } = pass;
    if (!response.closed) {
      accessLog.begin(response, startedMs);
      return false;
    }
    const id = requestIdFor(request.headers);
    record(pass, response.statusCode, id, () => ({ aborted: true }));
    return true;
  }

  function record(
    { request: { method }, route, startedMs }: Pass,
    status: number,
    requestId: string,
    details?: AnsweredRequest['details'],
  ): void {
    const durationMs = performance.now() - startedMs;
    accessLog.record({ method, route, status, durationMs, requestId, details });
  }

  return (request, response) => {
    const { method, url = '', headers: asked } = request;
    const codeAt = url.lastIndexOf('/') + 1;
    const stop = stops.get(url.slice(0, codeAt));
    // Who shows a token may be shown more than the copy.
    const isRead = (method === 'GET' || method === 'HEAD') && asked.authorization === undefined;
    if (stop === undefined || !isRead || asked.host === undefined) {
      return false;
    }
    const pass: Pass = { request, response, route: stop.route, startedMs: performance.now() };
    const code = url.slice(codeAt);
    if (send(pass, stop.reader.peek(code))) {
      return true;
    }
    const found = stop.reader.find?.(code);
    return found === undefined ? false : found.then((result) => send(pass, result) || goOn(pass));
  };
}

/** By what comes before the code: `/cities/`. */
function stopsOf({ endpoints }: EntryLaneOptions): Map<string, Stop> {
  const stops = new Map<string, Stop>();
  for (const { documentation, entries: reader } of endpoints) {
    const [, base, name] = /^(.*\/)\{(\w+)\}$/.exec(documentation.path) ?? [];
    if (reader !== undefined && base !== undefined) {
      for (const prefix of pathPrefixes) {
        stops.set(prefix.replace(/\/$/, '') + base, { reader, route: `${base}:${name}` });
      }
    }
  }
  return stops;
}
