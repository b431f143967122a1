// The limit: node:http without a framework, sending bytes that it has ready.

import { createServer } from 'node:http';
import { contentType, fixedBodies, listen } from './arm.ts';

const bodies = fixedBodies();

listen(
  createServer((request, response) => {
    const body = bodies.get((request.url ?? '').slice('/cities/'.length)) ?? Buffer.from('');
    response.setHeader('content-type', contentType);
    response.setHeader('content-length', body.length);
    response.end(body);
  }),
);
