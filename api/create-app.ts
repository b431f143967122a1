// The Express application: what every request passes, the routes at / and /api/v1, and what answers
// where no route does. Nothing here knows a resource.

import express, { type ErrorRequestHandler, type Request, type RequestHandler } from 'express';
import { type AccessLog, rememberFault } from './access-log.ts';
import type { Endpoint, Method } from './endpoint.ts';
import { Problem, sendProblem, toProblem } from './problem.ts';
import { assignRequestId, requestIdOf } from './request-id.ts';
import { setSecurityHeaders } from './security-headers.ts';

/** Where every route answers. */
export const pathPrefixes = ['/api/v1', '/'] as const;

export interface AppOptions {
  endpoints: readonly Endpoint[];
  /** Answers under /docs. */
  docs: express.Router;
  /** Answers under /ops, where there is a dashboard. */
  ops?: express.Router | undefined;
  /** Begins the trace of a request, where traces are wanted. */
  traceRequests?: readonly RequestHandler[];
  accessLog: AccessLog;
  securityHeaders: readonly string[];
}

export function createApp(options: AppOptions): express.Express {
  const { endpoints, docs, ops, traceRequests = [], accessLog, securityHeaders } = options;
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use(...traceRequests, assignRequestId, accessLog.watch, setSecurityHeaders(securityHeaders));
  app.use(refuseMalformed);
  // One router at both places: a mounted sub-application would swap prototypes at every request.
  const router = createRouter(endpoints);
  router.use('/docs', docs);
  if (ops !== undefined) {
    router.use('/ops', ops);
  }
  for (const prefix of pathPrefixes) {
    app.use(prefix, router);
  }
  app.use(refuseUnknown);
  app.use(answerProblem);
  return app;
}

function createRouter(endpoints: readonly Endpoint[]): express.Router {
  const router = express.Router({ caseSensitive: true });
  for (const [path, methods] of byPath(endpoints)) {
    const route = router.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
    for (const { documentation, handlers } of methods) {
      route[documentation.method as Method](...handlers);
    }
    route.all(refuseMethod(allowedMethods(methods)));
  }
  return router;
}

/** In the order of first mention: Express takes the first path that matches. */
function byPath(endpoints: readonly Endpoint[]): Map<string, Endpoint[]> {
  const paths = new Map<string, Endpoint[]>();
  for (const endpoint of endpoints) {
    const { path } = endpoint.documentation;
    paths.set(path, [...(paths.get(path) ?? []), endpoint]);
  }
  return paths;
}

function allowedMethods(endpoints: readonly Endpoint[]): string {
  const methods = endpoints.map(({ documentation }) => documentation.method.toUpperCase());
  const withHead = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return [...withHead, 'OPTIONS'].join(', ');
}

/** What HTTP itself forbids, and escapes that stand for no text: no route should have to think. */
const refuseMalformed: RequestHandler = (request, _response, next) => {
  if (request.headers.host === undefined && request.httpVersion === '1.1') {
    throw new Problem(400, 'The Host header is missing.');
  }
  if (request.url.includes('%') && !isText(request.url)) {
    throw new Problem(400, 'The address holds an escape that stands for no text.');
  }
  next();
};

function isText(url: string): boolean {
  try {
    return !decodeURIComponent(url).includes('\0');
  } catch {
    return false;
  }
}

function refuseMethod(allow: string): RequestHandler {
  return (request, response) => {
    if (request.method === 'OPTIONS') {
      response.status(204).setHeader('allow', allow).end();
      return;
    }
    throw new Problem(405, `${request.method} is not possible here, only ${allow}.`, { allow });
  };
}

const refuseUnknown: RequestHandler = () => {
  throw new Problem(404, 'There is nothing at this address; /docs lists what there is.');
};

/** Express knows an error handler by its four parameters. */
const answerProblem: ErrorRequestHandler = (error: unknown, request, response, _next) => {
  const problem = toProblem(error);
  if (problem.status >= 500) {
    rememberFault(response, error);
  }
  if (response.headersSent) {
    response.destroy();
    return;
  }
  sendProblem(response, problem, {
    instance: pathOf(request),
    requestId: requestIdOf(response),
  });
};

function pathOf(request: Request): string {
  const [path = ''] = request.originalUrl.split('?', 1);
  return path;
}
