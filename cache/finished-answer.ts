// The bytes of an answer, made once: the body, its tag, and its compressed form. The tag is a weak
// one of the data alone: equal data has an equal tag, wherever it came from and however encoded.

import { hash } from 'node:crypto';
import { gzip } from 'node:zlib';

/** Below it a compressed answer needs as many packets as a plain one. */
const compressedFromBytes = 1400;

export class FinishedAnswer {
  readonly body: Buffer;
  readonly etag: string;
  #gzipped: Buffer | null = null;
  #mayBeGzipped: boolean;

  constructor(source: 'cache' | 'database', text: string) {
    const head = `{"source":"${source}","data":`;
    this.body = Buffer.from(`${head}${text}}`);
    const data = this.body.subarray(head.length, -1);
    this.etag = `W/"${hash('sha1', data, 'base64').slice(0, 22)}"`;
    this.#mayBeGzipped = this.body.length >= compressedFromBytes;
  }

  /** Null at first: it is made in the background by whoever asks first, and only once. */
  get gzipped(): Buffer | null {
    if (this.#mayBeGzipped) {
      this.#mayBeGzipped = false;
      gzip(this.body, (error, gzipped) => {
        this.#gzipped = error === null && gzipped.length < this.body.length ? gzipped : null;
      });
    }
    return this.#gzipped;
  }
}
