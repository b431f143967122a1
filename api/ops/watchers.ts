// Who looks on, each over one answer that does not end. All of them share one source, which runs
// while there is anybody. A watcher that does not keep up is dropped: nothing is kept for it.

import type { ServerResponse } from 'node:http';

export interface WatchersOptions {
  /** Begins to look; resolves with what ends it. */
  start: () => Promise<() => Promise<void>>;
  onError: (error: unknown) => void;
  watchersMax?: number;
  /** What may wait in the socket of one watcher. */
  backlogMaxBytes?: number;
}

export class Watchers {
  readonly #options: Required<WatchersOptions>;
  readonly #responses = new Set<ServerResponse>();
  /** Starting and stopping follow each other, however quickly people come and go. */
  #turn: Promise<void> = Promise.resolve();
  #stop: (() => Promise<void>) | undefined;

  constructor(options: WatchersOptions) {
    this.#options = { watchersMax: 50, backlogMaxBytes: 256 * 1024, ...options };
  }

  get count(): number {
    return this.#responses.size;
  }

  /** False when there are too many already. Who has left meanwhile is none of them. */
  add(response: ServerResponse, first: string): boolean {
    if (response.closed) {
      return true;
    }
    if (this.#responses.size >= this.#options.watchersMax) {
      return false;
    }
    this.#responses.add(response);
    response.once('close', () => {
      this.#responses.delete(response);
      this.#settle();
    });
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.write(first);
    this.#settle();
    return true;
  }

  send(name: string, data: unknown): void {
    // Encoded once for all of them.
    const text = Buffer.from(eventText(name, data));
    for (const response of this.#responses) {
      if (response.writableLength > this.#options.backlogMaxBytes) {
        response.destroy();
      } else {
        response.write(text);
      }
    }
  }

  async stop(): Promise<void> {
    for (const response of this.#responses) {
      response.end();
    }
    this.#responses.clear();
    this.#settle();
    await this.#turn;
  }

  #settle(): void {
    this.#turn = this.#turn.then(async () => {
      const isWanted = this.#responses.size > 0;
      if (isWanted && this.#stop === undefined) {
        this.#stop = await this.#options.start();
      } else if (!isWanted && this.#stop !== undefined) {
        const stop = this.#stop;
        this.#stop = undefined;
        await stop();
      }
    });
    this.#turn = this.#turn.catch((error: unknown) => this.#options.onError(error));
  }
}

export function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
