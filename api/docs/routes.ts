// /docs: Swagger UI for the document at /openapi.json, whichever prefix it was reached by.

import express from 'express';
import swaggerUi from 'swagger-ui-express';
import { Problem } from '../problem.ts';
import { pageProtection, securityHeaders, setSecurityHeaders } from '../security-headers.ts';

export function createDocs(): express.Router {
  const page = swaggerUi.setup(undefined, {
    customSiteTitle: 'CineSync API',
    swaggerOptions: { url: '../openapi.json' },
  });
  const router = express.Router({ caseSensitive: true });
  router.use(setSecurityHeaders(securityHeaders(pageProtection)));
  router.use((request, _response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new Problem(405, 'The documentation can only be read.', { allow: 'GET, HEAD' });
    }
    next();
  });
  // The assets end with a redirect from /docs to /docs/, where the page's own links work.
  router.use('/package.json', (_request, _response, next) => next('router'));
  router.use(swaggerUi.serve);
  router.get('/', page);
  return router;
}
