// The network of a run: one proxy for each pair of a process and a server, so that each can be
// befallen by itself.

import { freePort } from '../../../stack/ports.ts';
import { type ForwardedPort } from '../../../stack/servers/kafka.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';

export interface Link {
  /** 'api-1–redis'. */
  readonly name: string;
  readonly proxy: TcpProxy;
}

export class Network {
  readonly #links = new Map<string, Link>();

  get links(): readonly Link[] {
    return [...this.#links.values()];
  }

  /** The address of a server, as one process is to see it. */
  async address(from: string, server: string, url: string): Promise<string> {
    const { proxy } = await this.#add(from, server, url);
    return proxy.through(url);
  }

  /** Kafka tells its clients where to come back to, so each proxy needs a port of its broker. */
  async forward(clients: readonly string[], brokerCount: number): Promise<ForwardedKafka> {
    const bootstrapServers = new Map<string, string>();
    const ports: ForwardedPort[][] = Array.from({ length: brokerCount }, () => []);
    for (const client of clients) {
      const hosts: string[] = [];
      for (const [index, ofBroker] of ports.entries()) {
        const port = await freePort();
        const name = brokerCount === 1 ? 'kafka' : `kafka-${index + 1}`;
        const { proxy } = await this.#add(client, name, `kafka://127.0.0.1:${port}`);
        const { host, port: advertisedPort } = new URL(proxy.through('http://127.0.0.1:1'));
        hosts.push(host);
        ofBroker.push({ port, advertisedPort: Number(advertisedPort) });
      }
      bootstrapServers.set(client, hosts.join(','));
    }
    return { bootstrapServers, ports };
  }

  async close(): Promise<void> {
    await Promise.all(this.links.map(({ proxy }) => proxy.cut()));
  }

  async #add(from: string, server: string, url: string): Promise<Link> {
    const link = { name: `${from}–${server}`, proxy: new TcpProxy(url) };
    await link.proxy.open();
    this.#links.set(link.name, link);
    return link;
  }
}

export interface ForwardedKafka {
  /** By client. */
  readonly bootstrapServers: ReadonlyMap<string, string>;
  /** One list per broker. */
  readonly ports: readonly (readonly ForwardedPort[])[];
}
