// Stands between a process and a server, to see connections come and go and to be a bad network:
// silent (everything stays open, nothing passes), slow, or away (nothing connects). It can also
// lead elsewhere, as the address of a failover does.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createDelay } from './delay.ts';
import type { TestScope } from './processes.ts';

interface Link {
  client: Socket;
  server: Socket;
  isSlow: boolean;
}

export class TcpProxy {
  #target: { host: string; port: number };
  readonly #links = new Set<Link>();
  #listener: Server | undefined;
  #port = 0;
  #isSilent = false;
  #latencyMs: (() => number) | null = null;
  #bytesDown = 0;

  constructor(targetUrl: string) {
    this.#target = toTarget(targetUrl);
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

  /** What fell silent stays so for ever, and new connections pass: a firewall began anew. */
  forget(): void {
    this.#isSilent = false;
  }

  /** From now on what is sent is under way for so long, in either direction; 0 ends it. */
  delay(latencyMs: number | (() => number)): void {
    this.#latencyMs = typeof latencyMs === 'number' ? () => latencyMs : latencyMs;
    for (const link of this.#links) {
      this.#slowDown(link);
    }
  }

  /** What is open breaks; from now on the same address leads to another server. */
  async pointTo(targetUrl: string): Promise<void> {
    await this.cut();
    this.retarget(targetUrl);
    await this.open();
  }

  /** New connections lead to another server; what is open stays where it is. */
  retarget(targetUrl: string): void {
    this.#target = toTarget(targetUrl);
  }

  #link(client: Socket): void {
    const link = { client, server: connect(this.#target), isSlow: false };
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
    if (this.#latencyMs !== null) {
      this.#slowDown(link);
    }
    if (this.#isSilent) {
      pauseLink(link);
    }
  }

  #slowDown(link: Link): void {
    if (link.isSlow) {
      return;
    }
    link.isSlow = true;
    const latencyMs = () => this.#latencyMs?.() ?? 0;
    link.client.unpipe().pipe(createDelay(latencyMs)).pipe(link.server);
    link.server.unpipe().pipe(createDelay(latencyMs)).pipe(link.client);
  }
}

function pauseLink({ client, server }: Link): void {
  client.unpipe().pause();
  server.unpipe().pause();
}

function toTarget(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

export async function startTcpProxy(scope: TestScope, targetUrl: string): Promise<TcpProxy> {
  const proxy = new TcpProxy(targetUrl);
  await proxy.open();
  scope.after(() => proxy.cut());
  return proxy;
}
