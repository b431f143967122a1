// A route of Express that sends bytes which it has ready: no cache can answer faster on this stack.
// On the API's own HTTP server, or with ARM_PLAIN as Express makes one itself.

import { createServer } from 'node:http';
import express from 'express';
import { createAppServer } from '../../api/create-app-server.ts';
import { contentType, fixedBodies, listen } from './arm.ts';

const bodies = fixedBodies();
const app = express();
app.disable('x-powered-by').disable('etag');
app.get('/cities/:code', (request, response) => {
  const body = bodies.get(request.params.code) ?? Buffer.from('');
  response.setHeader('content-type', contentType);
  response.setHeader('content-length', body.length);
  response.end(body);
});

listen(process.env.ARM_PLAIN === undefined ? createAppServer(app) : createServer(app));
