// One kept-alive connection to an API, one request at a time: no more than a load needs, so
// that asking costs less than answering. Reconnects by itself at the next request.

import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  /** In lower case: 'cache-status: …'. */
  readonly head: string;
  readonly body: string;
}

interface Waiting {
  resolve(answer: HttpAnswer): void;
  reject(error: Error): void;
}

const headEnd = '\r\n\r\n';

export class HttpLink {
  readonly #port: number;
  readonly #timeoutMs: number;
  #socket: Socket | null = null;
  #received = '';
  #waiting: Waiting | null = null;

  constructor(options: { port: number; timeoutMs: number }) {
    this.#port = options.port;
    this.#timeoutMs = options.timeoutMs;
  }

  get(path: string): Promise<HttpAnswer> {
    const socket = this.#socket ?? this.#connect();
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #connect(): Socket {
    const socket = connect({ host: '127.0.0.1', port: this.#port, noDelay: true });
    this.#socket = socket;
    this.#received = '';
    // One character per byte, so that lengths are bytes: nothing here is beyond ASCII.
    socket.setEncoding('latin1');
    socket.setTimeout(this.#timeoutMs, () => socket.destroy(new Error('no answer in time')));
    socket.on('data', (text: string) => this.#take(text));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#socket = null;
      this.#waiting?.reject(new Error('the connection was lost'));
      this.#waiting = null;
    });
    return socket;
  }

  #take(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf(headEnd);
    if (end < 0) return;
    const head = this.#received.slice(0, end).toLowerCase();
    const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
    if (length === undefined) {
      this.#socket?.destroy();
      return;
    }
    const bodyEnd = end + headEnd.length + Number(length);
    if (this.#received.length < bodyEnd) return;
    const body = this.#received.slice(end + headEnd.length, bodyEnd);
    this.#received = this.#received.slice(bodyEnd);
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve({ status: Number(head.slice(9, 12)), head, body });
  }
}
