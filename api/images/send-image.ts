// Streams one object to one client. HEAD, conditions and ranges are decided from the object's
// description; a plain GET asks the store once. A client that goes away ends the transfer.

import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type {
  ObjectDescription,
  ObjectStore,
  OpenedObject,
} from '../../platform/clients/object-store.ts';
import { describeError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { Problem } from '../problem.ts';
import { isUnchanged, wantedRange } from './conditions.ts';

export interface ImageRequest {
  objectStore: ObjectStore;
  logger: Logger;
  name: string;
  request: Request;
  response: Response;
}

export async function sendImage(image: ImageRequest): Promise<void> {
  const { request, response } = image;
  const goneAway = new AbortController();
  response.once('close', () => goneAway.abort());
  try {
    if (request.method === 'HEAD' || isConditional(request)) {
      await sendDescribed(image, goneAway.signal);
    } else {
      await sendBody(image, { signal: goneAway.signal });
    }
  } catch (error) {
    if (!goneAway.signal.aborted) {
      throw error;
    }
  }
}

function isConditional({ headers }: Request): boolean {
  return ['range', 'if-none-match', 'if-modified-since'].some((name) => name in headers);
}

async function sendDescribed(image: ImageRequest, signal: AbortSignal): Promise<void> {
  const { objectStore, name, request, response } = image;
  const description = found(await objectStore.describe(name, signal));
  if (isUnchanged(request.headers, description)) {
    describeVersion(response, description);
    response.status(304).end();
    return;
  }
  if (request.method === 'HEAD') {
    describe(response, description);
    response.end();
    return;
  }
  const range = wantedRange(request.headers, description);
  switch (range) {
    case 'whole':
      await sendBody(image, { signal });
      return;
    case 'unsatisfiable': {
      const size = description.contentLength;
      const headers = { 'content-range': `bytes */${size}` };
      throw new Problem(416, `The image has ${size} bytes.`, headers);
    }
    default: {
      // The part must be of the version whose size and etag were looked at.
      const sameVersion = description.etag === undefined ? {} : { ifMatch: description.etag };
      const part = { range: `bytes=${range.start}-${range.end}`, ...sameVersion };
      await sendBody(image, { ...part, signal });
    }
  }
}

async function sendBody(
  { objectStore, logger, name, response }: ImageRequest,
  options: Parameters<ObjectStore['open']>[1],
): Promise<void> {
  const object = found(await objectStore.open(name, options));
  describe(response, object);
  if (object.contentRange !== undefined) {
    response.status(206).setHeader('content-range', object.contentRange);
  }
  await transfer(object, response, options.signal, logger);
}

/** What the client has got can not be taken back: a broken transfer ends its connection. */
async function transfer(
  object: OpenedObject,
  response: Response,
  goneAway: AbortSignal,
  logger: Logger,
): Promise<void> {
  object.body.once('error', (error) => {
    if (!goneAway.aborted) {
      const message = `the object store broke off a transfer: ${describeError(error)}`;
      logger.warn({ event: 'image.broken_off' }, message);
    }
  });
  await pipeline(object.body, response).catch(() => response.destroy());
}

function found<Found>(object: Found | null): Found {
  if (object === null) {
    throw new Problem(404, 'There is no image of this name.');
  }
  return object;
}

function describe(response: Response, object: ObjectDescription): void {
  describeVersion(response, object);
  response.setHeader('content-type', object.contentType);
  response.setHeader('content-length', object.contentLength);
  if (object.contentEncoding !== undefined) {
    response.setHeader('content-encoding', object.contentEncoding);
  }
}

function describeVersion(response: Response, object: ObjectDescription): void {
  response.setHeader('accept-ranges', 'bytes');
  response.setHeader('cache-control', 'no-cache');
  if (object.etag !== undefined) {
    response.setHeader('etag', object.etag);
  }
  if (object.lastModified !== undefined) {
    response.setHeader('last-modified', object.lastModified.toUTCString());
  }
  // An SVG opened by itself is a document: it may not run anything. Any page may show an image.
  response.setHeader('content-security-policy', imagePolicy);
  response.setHeader('cross-origin-resource-policy', 'cross-origin');
}

const imagePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
