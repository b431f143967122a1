// /ops: the page, its files, the stream of what it shows, and the demonstration of `npm start`.
// The page holds no figure; the stream is for this machine and for admins.

import { readFileSync } from 'node:fs';
import express, { type RequestHandler } from 'express';
import type { AdminAccess } from '../auth/admin-access.ts';
import { isFromOtherSite, isLocal } from '../auth/is-local.ts';
import type { Database } from '../database.ts';
import { Problem } from '../problem.ts';
import { pageProtection, securityHeaders, setSecurityHeaders } from '../security-headers.ts';
import { changeCity } from './demo.ts';
import type { Source } from './source.ts';
import { eventText, type Watchers } from './watchers.ts';

export interface OpsRoutesOptions {
  watchers: Watchers;
  source: Source;
  admins: Pick<AdminAccess, 'isAdmin'>;
  /** Whether this machine needs no token: a proxy on it may not say for whom it asks. */
  trustsLocal: boolean;
  database: Database;
  /** Whether the page may change a city. */
  demo: boolean;
}

const contentTypes = {
  'app.js': 'text/javascript; charset=utf-8',
  'charts.js': 'text/javascript; charset=utf-8',
  'dom.js': 'text/javascript; charset=utf-8',
  'flow.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'index.html': 'text/html; charset=utf-8',
  'stream.js': 'text/javascript; charset=utf-8',
  'style.css': 'text/css; charset=utf-8',
  'tables.js': 'text/javascript; charset=utf-8',
  'theme.js': 'text/javascript; charset=utf-8',
} as const;

type FileName = keyof typeof contentTypes;

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function createOpsRoutes(options: OpsRoutesOptions): express.Router {
  const { watchers, source, admins, trustsLocal, database, demo } = options;
  const router = express.Router({ caseSensitive: true });
  const letIn: RequestHandler = async (request, _response, next) => {
    if (!(trustsLocal && isLocal(request)) && !(await admins.isAdmin(request))) {
      throw new Problem(401, 'From here this needs the bearer token of an admin.', {
        'www-authenticate': 'Bearer realm="CineSync"',
      });
    }
    next();
  };
  router.use(setSecurityHeaders(securityHeaders(pageProtection)));
  router.use((_request, response, next) => {
    response.setHeader('content-security-policy', contentSecurityPolicy);
    response.setHeader('cache-control', 'no-store');
    next();
  });
  router.get('/', (request, response, next) => {
    // The page's own links begin with ops/.
    if (request.originalUrl.endsWith('/')) response.redirect('../ops');
    else next();
  });
  router.get('/', sendFile('index.html'));
  for (const name of Object.keys(contentTypes) as FileName[]) {
    router.get(`/${name}`, sendFile(name));
  }
  router.get('/events', letIn, (_request, response) => {
    if (!watchers.add(response, eventText('history', { points: source.points, demo }))) {
      throw new Problem(503, 'As many watch as may.', { 'retry-after': '10' });
    }
  });
  if (demo) {
    router.post('/demo', letIn, sameOrigin, async (_request, response) => {
      response.json(await changeCity(database));
    });
  }
  return router;
}

const sameOrigin: RequestHandler = (request, _response, next) => {
  if (isFromOtherSite(request)) {
    throw new Problem(403, 'This is only for the page itself.');
  }
  next();
};

/** Read at the first request, so that an API without watchers does not even hold them. */
function sendFile(name: FileName): RequestHandler {
  let content: Buffer | undefined;
  return (_request, response) => {
    content ??= readFileSync(new URL(`page/${name}`, import.meta.url));
    response.setHeader('content-type', contentTypes[name]);
    response.end(content);
  };
}
