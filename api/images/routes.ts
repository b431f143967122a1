// GET and HEAD /image/{file_name}: an object of the bucket, passed through as it arrives.

import { z } from 'zod';
import type { ObjectStore } from '../../platform/clients/object-store.ts';
import type { Logger } from '../../platform/logger.ts';
import { defineEndpoint, type Endpoint, problemResponse } from '../endpoint.ts';
import { sendImage } from './send-image.ts';

export interface ImageEndpointsOptions {
  objectStore: ObjectStore;
  logger: Logger;
}

const fileName = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const fileNameRule = 'must be a file name of letters, digits, dot, hyphen and underscore';

export function imageEndpoints(options: ImageEndpointsOptions): Endpoint[] {
  const { objectStore } = options;
  const logger = options.logger.child({ component: 'images' });
  const image = { 'image/*': { schema: { type: 'string' as const, format: 'binary' } } };
  return [
    defineEndpoint({
      path: '/image/{file_name}',
      tag: 'images',
      summary: 'An image',
      description: 'Knows HEAD, Range, If-Range, If-None-Match and If-Modified-Since.',
      params: z.object({
        file_name: z.string().regex(fileName, fileNameRule).meta({ example: 'bgr.svg' }),
      }),
      responses: {
        200: { description: 'The whole image', content: image },
        206: { description: 'The part that Range asked for', content: image },
        304: { description: 'Still the one that the client has' },
        400: problemResponse('Not a file name'),
        404: problemResponse('No such image'),
        416: problemResponse('Range lies outside the image'),
        503: problemResponse('The object store does not respond'),
      },
      handle: async ({ params, request, response }) => {
        await sendImage({ objectStore, logger, name: params.file_name, request, response });
      },
    }),
  ];
}
