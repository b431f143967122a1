// The object store: the only user of the AWS SDK. Objects are streamed, never held. A missing
// object is null; whatever else goes wrong is a TransientError after one quick second try.

import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { describeError, TransientError } from '../errors.ts';
import type { Secret } from '../secret.ts';

export interface ObjectStoreOptions {
  endpoint: string;
  region: string;
  bucket: string;
  accessKey: string;
  secretKey: Secret;
}

/** What HTTP says about an object besides its bytes. */
export interface ObjectDescription {
  contentType: string;
  contentLength: number;
  contentEncoding: string | undefined;
  etag: string | undefined;
  lastModified: Date | undefined;
}

export interface OpenedObject extends ObjectDescription {
  /** Set when only a part was asked for. */
  contentRange: string | undefined;
  /** Must be read to its end or destroyed. */
  body: Readable;
}

export interface OpenOptions {
  /** `bytes=0-99`; absent: the whole object. */
  range?: string;
  /** Fail unless the object still has this etag. */
  ifMatch?: string;
  /** Gives up the request; once the body is open, destroy that instead. */
  signal: AbortSignal;
}

export interface NewObject {
  body: Readable;
  contentLength: number;
  contentType: string;
  /** Gives up; nothing of the object is kept then. */
  signal: AbortSignal;
}

const connectTimeoutMs = 1000;
const answerTimeoutMs = 2500;
/** The answer to an upload comes after its body, which comes as slowly as a client sends it. */
const uploadTimeoutMs = 35_000;
/** A body that makes no progress for so long is given up, whichever end is stuck. */
const idleTimeoutMs = 30_000;
const connectionsMax = 100;

export class ObjectStore {
  readonly #client: S3Client;
  readonly #uploads: S3Client;
  readonly #bucket: string;

  constructor(options: ObjectStoreOptions) {
    this.#bucket = options.bucket;
    this.#client = createS3Client(options, answerTimeoutMs);
    this.#uploads = createS3Client(options, uploadTimeoutMs);
  }

  async describe(name: string, signal: AbortSignal): Promise<ObjectDescription | null> {
    const command = new HeadObjectCommand({ Bucket: this.#bucket, Key: name });
    return await nullWhenMissing(async () => {
      return toDescription(await this.#client.send(command, { abortSignal: signal }));
    });
  }

  async open(name: string, options: OpenOptions): Promise<OpenedObject | null> {
    const { range, ifMatch, signal } = options;
    const command = new GetObjectCommand({
      Bucket: this.#bucket,
      Key: name,
      Range: range,
      IfMatch: ifMatch,
    });
    return await nullWhenMissing(async () => {
      const reply = await this.#client.send(command, { abortSignal: signal });
      const body = reply.Body as Readable;
      return { ...toDescription(reply), contentRange: reply.ContentRange, body };
    });
  }

  /** The object is there as a whole, or not at all. */
  async put(name: string, object: NewObject): Promise<void> {
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: name,
      Body: object.body,
      ContentLength: object.contentLength,
      ContentType: object.contentType,
    });
    const stored = await nullWhenMissing(() => {
      return this.#uploads.send(command, { abortSignal: object.signal });
    });
    if (stored === null) {
      throw this.#noBucket();
    }
  }

  /** Whether it is there or not. */
  async remove(name: string): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.#bucket, Key: name });
    await nullWhenMissing(() => this.#client.send(command));
  }

  /** Rejects unless the bucket is there and may be used. */
  async assertReachable(): Promise<void> {
    const found = await nullWhenMissing(() => {
      return this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }));
    });
    if (found === null) {
      throw this.#noBucket();
    }
  }

  #noBucket(): TransientError {
    const message = `the object store has no bucket ${this.#bucket}: run \`npm run seed\``;
    return new TransientError('object_store_no_bucket', message);
  }

  stop(): void {
    this.#client.destroy();
    this.#uploads.destroy();
  }
}

function createS3Client(options: ObjectStoreOptions, requestTimeoutMs: number): S3Client {
  return new S3Client({
    endpoint: options.endpoint,
    region: options.region,
    forcePathStyle: true,
    credentials: {
      accessKeyId: options.accessKey,
      secretAccessKey: options.secretKey.reveal(),
    },
    maxAttempts: 2,
    // Servers that are not Amazon's refuse requests with checksums that they do not know.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    // The body stays the socket's own stream, so that destroying it ends the transfer.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: idleTimeoutMs,
      httpAgent: { maxSockets: connectionsMax },
      httpsAgent: { maxSockets: connectionsMax },
    },
  });
}

interface Described {
  ContentType?: string | undefined;
  ContentLength?: number | undefined;
  ContentEncoding?: string | undefined;
  ETag?: string | undefined;
  LastModified?: Date | undefined;
}

function toDescription(reply: Described): ObjectDescription {
  return {
    contentType: reply.ContentType ?? 'application/octet-stream',
    contentLength: reply.ContentLength ?? 0,
    contentEncoding: reply.ContentEncoding,
    etag: reply.ETag,
    lastModified: reply.LastModified,
  };
}

async function nullWhenMissing<Result>(ask: () => Promise<Result>): Promise<Result | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) {
      return null;
    }
    const message = `object store: ${describeFailure(error)}`;
    throw new TransientError('object_store_failed', message, { cause: error });
  }
}

/** An answer without a body has no message of its own. */
function describeFailure(error: unknown): string {
  const status = error instanceof S3ServiceException && error.$metadata.httpStatusCode;
  return status ? `it answered ${status} (${describeError(error)})` : describeError(error);
}
