// Stands between a process and a server, to see connections come and go and to be a bad network:
// silent (everything stays open, nothing passes) or away (nothing connects).

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { TestScope } from './processes.ts';

export class TcpProxy {
  readonly #target: { host: string; port: number };
  readonly #links = new Set<{ client: Socket; server: Socket }>();
  #listener: Server | undefined;
  #port = 0;
  #isSilent = false;
  #bytesDown = 0;

  constructor(targetUrl: string) {
    const { hostname, port } = new URL(targetUrl);
    this.#target = { host: hostname, port: Number(port) };
  }

  /** The same address, but through this proxy. */
  through(url: string): string {
    const changed = new URL(url);
    changed.hostname = '127.0.0.1';
    changed.port = String(this.#port);
    return changed.href;
  }

  /** Bytes that the server has sent since ever. */
  get bytesDown(): number {
    return this.#bytesDown;
  }

  /** Open connections over which the server has sent more than this. */
  countLinksAbove(bytes: number): number {
    return [...this.#links].filter(({ server }) => server.bytesRead > bytes).length;
  }

  /** Lets connections through (again), on the port it had before. */
  async open(): Promise<void> {
    await this.cut();
    this.#isSilent = false;
    const listener = createServer((client) => this.#link(client));
    listener.listen(this.#port, '127.0.0.1');
    await once(listener, 'listening');
    this.#listener = listener;
    this.#port = (listener.address() as AddressInfo).port;
  }

  /** The server is away: what is open breaks, and nothing can connect. */
  async cut(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    if (listener === undefined) {
      return;
    }
    const closed = once(listener, 'close');
    listener.close();
    for (const { client, server } of this.#links) {
      client.destroy();
      server.destroy();
    }
    await closed;
  }

  /** Half-open: everything stays connected and accepts, and no byte passes either way. */
  silence(): void {
    this.#isSilent = true;
    for (const link of this.#links) {
      pauseLink(link);
    }
  }

  #link(client: Socket): void {
    const link = { client, server: connect(this.#target) };
    this.#links.add(link);
    link.server.on('data', (chunk) => {
      this.#bytesDown += chunk.length;
    });
    for (const [from, to] of [
      [link.client, link.server],
      [link.server, link.client],
    ] as const) {
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#links.delete(link);
        to.destroy();
      });
      from.pipe(to);
    }
    if (this.#isSilent) {
      pauseLink(link);
    }
  }
}

function pauseLink({ client, server }: { client: Socket; server: Socket }): void {
  client.unpipe(server).pause();
  server.unpipe(client).pause();
}

export async function startTcpProxy(scope: TestScope, targetUrl: string): Promise<TcpProxy> {
  const proxy = new TcpProxy(targetUrl);
  await proxy.open();
  scope.after(() => proxy.cut());
  return proxy;
}
