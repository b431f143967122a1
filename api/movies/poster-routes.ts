// PUT /movies/{id}/poster: the body goes to the object store as it arrives, under a new name; then
// the film points to it. A client that goes away, or a film that can not be changed, leaves none;
// only a process that dies, or a commit without an answer, leaves an object that nothing points to.

import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Request } from 'express';
import { z } from 'zod';
import type { ObjectStore } from '../../platform/clients/object-store.ts';
import { TransientError } from '../../platform/errors.ts';
import { defineEndpoint, type Endpoint, jsonResponse, problemResponse } from '../endpoint.ts';
import { Problem } from '../problem.ts';
import { ifMatchHeader } from '../writes/entity-tag.ts';
import { uuid } from '../writes/fields.ts';
import { sendCurrent } from '../writes/send-made.ts';
import { changePoster, lockSeen } from './film-writes.ts';
import { imageContentTypes, imageExtension, startBytesMax } from './image-kind.ts';
import type { MovieWriteOptions } from './write-routes.ts';
import { adminMovieSchema } from './write-schemas.ts';

export interface PosterOptions extends MovieWriteOptions {
  objectStore: ObjectStore;
}

const posterBytesMax = 10 * 1024 * 1024;
const binary = { schema: { type: 'string' as const, format: 'binary' } };

export function posterEndpoints(options: PosterOptions): Endpoint[] {
  const { access } = options;
  return [
    defineEndpoint({
      method: 'put',
      path: '/movies/{id}/poster',
      tag: 'admin',
      summary: 'Give a film a poster',
      description: 'An image of up to 10 MiB, which is then at the address in `poster_url`.',
      access,
      params: z.object({ id: uuid }),
      headers: z.object(ifMatchHeader),
      upload: {
        required: true,
        content: Object.fromEntries(imageContentTypes.map((type) => [type, binary])),
      },
      responses: {
        200: jsonResponse('The film as it is now; its ETag is in the header', adminMovieSchema),
        400: problemResponse('Not a UUID, or a header that is not understood'),
        404: problemResponse('No such film'),
        411: problemResponse('The length of the body is not said'),
        412: problemResponse('The film has changed since it was read'),
        413: problemResponse('The image is too large'),
        415: problemResponse('Not an image, or not of the type that it is said to be'),
      },
      handle: async ({ params: { id }, headers: { 'If-Match': ifMatch }, request, response }) => {
        const change = { id, ifMatch };
        const image = describeUpload(request);
        await options.database.transaction((transaction) => lockSeen(transaction, change));
        const name = await store(options, id, request, image);
        const film = await pointTo(options, change, name);
        await options.forget(id);
        sendCurrent(response, film);
      },
    }),
  ];
}

interface Upload {
  contentType: string;
  contentLength: number;
}

/** @throws Problem before anything of the body was read. */
function describeUpload({ headers }: Request): Upload {
  const [contentType = ''] = (headers['content-type'] ?? '').toLowerCase().split(';');
  if (!imageContentTypes.includes(contentType) || headers['content-encoding'] !== undefined) {
    const accept = imageContentTypes.join(', ');
    throw new Problem(415, `A poster is one of ${accept}, not compressed.`, { accept });
  }
  if (headers['content-length'] === undefined) {
    throw new Problem(411, 'Say the length of the image in Content-Length.');
  }
  const contentLength = Number(headers['content-length']);
  if (contentLength > posterBytesMax) {
    throw new Problem(413, `The image is larger than ${posterBytesMax / 1024 / 1024} MiB.`);
  }
  return { contentType, contentLength };
}

/** The name of the new object. */
async function store(
  { objectStore }: PosterOptions,
  id: string,
  request: Request,
  { contentType, contentLength }: Upload,
): Promise<string> {
  const goneAway = new AbortController();
  request.once('close', () => {
    if (!request.complete) {
      goneAway.abort();
    }
  });
  const { signal } = goneAway;
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  try {
    const start = await readStart(chunks);
    const extension = imageExtension(contentType, start);
    if (extension === null) {
      throw new Problem(415, `The bytes are not those of ${contentType}.`);
    }
    const name = `poster-${id}-${randomUUID()}.${extension}`;
    const body = Readable.from(joined(start, chunks));
    // Who reads it may have given up already when it breaks off.
    body.on('error', () => undefined);
    await objectStore.put(name, { body, contentLength, contentType, signal });
    return name;
  } catch (error) {
    // What is left of the body is let go: a client that sends first would never read the answer.
    void chunks.return?.().finally(() => request.resume());
    throw signal.aborted ? new Problem(400, 'The image did not arrive as a whole.') : error;
  }
}

/** As much as is looked at, or all there is. */
async function readStart(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let start = Buffer.alloc(0);
  while (start.length < startBytesMax) {
    const { done, value } = await chunks.next();
    if (done === true) {
      break;
    }
    start = Buffer.concat([start, value]);
  }
  return start;
}

async function* joined(start: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield start;
  yield* rest;
}

async function pointTo(
  options: PosterOptions,
  change: { id: string; ifMatch: string | undefined },
  name: string,
) {
  try {
    const { made, oldPosterUrl } = await options.database.transaction((transaction) =>
      changePoster(transaction, change, `/image/${name}`),
    );
    await options.dropPoster(oldPosterUrl);
    return made;
  } catch (error) {
    // Whether a commit without an answer has happened, nobody knows: rather an object too many.
    if (!(error instanceof TransientError)) {
      await options.dropPoster(`/image/${name}`);
    }
    throw error;
  }
}
