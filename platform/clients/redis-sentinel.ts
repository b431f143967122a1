// Redis behind Sentinel: `redis://NAME:PORT/0?sentinels=host:port,host:port`. NAME is that of the
// master, and PORT what each of its servers listens on. The sentinels stand in for the name server:
// every new connection asks them all where the master is, and goes where most of them say.

import { lookup as lookUpHost } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { createClient } from '@redis/client';
import { describeError, TransientError } from '../errors.ts';

export interface SentinelOptions {
  master: string;
  /** `host:port` each. */
  sentinels: readonly string[];
  password?: string;
  /** What every server of the master's listens on. */
  port: number;
}

/** undefined for an address that names a server itself. */
export function sentinelOptionsOf(address: string): SentinelOptions | undefined {
  const { hostname, port, searchParams } = new URL(address);
  const sentinels = searchParams.get('sentinels');
  if (sentinels === null) {
    return undefined;
  }
  const password = searchParams.get('sentinelPassword');
  return {
    master: hostname,
    sentinels: sentinels.split(','),
    port: Number(port || 6379),
    ...(password === null ? {} : { password }),
  };
}

const answerTimeoutMs = 1000;
const watchIntervalMs = 1000;

export class RedisSentinel {
  readonly #options: SentinelOptions;
  #watch: NodeJS.Timeout | undefined;
  /** Where the last connection was sent. */
  #host: string | null = null;

  constructor(options: SentinelOptions) {
    this.#options = options;
  }

  /** For a socket that is to connect to the master, in place of the name server. */
  readonly lookup: LookupFunction = (_name, options, callback) => {
    const found = (host: string): void => {
      this.#host = host;
      const family = isIP(host);
      if (family === 0) {
        lookUpHost(host, options, callback);
      } else if (options.all === true) {
        callback(null, [{ address: host, family }]);
      } else {
        callback(null, host, family);
      }
    };
    this.findMaster().then(found, (error: Error) => callback(error, ''));
  };

  /**
   * An open connection does not tell that its server was replaced behind its back, as one is that
   * only the sentinels lost sight of. Calls `onMoved` once the master is known to be elsewhere.
   */
  watch(onMoved: (reason: Error) => void): void {
    this.stopWatching();
    this.#watch = setTimeout(() => {
      const compare = (host: string): void => {
        if (host === this.#host) {
          this.watch(onMoved);
        } else {
          onMoved(new Error(`the master of ${this.#options.master} is another server now`));
        }
      };
      // Sentinels that are away say nothing about the master.
      this.findMaster().then(compare, () => this.watch(onMoved));
    }, watchIntervalMs);
    this.#watch.unref();
  }

  stopWatching(): void {
    clearTimeout(this.#watch);
  }

  /** The host that most of the sentinels name; a majority of all need not wait for the rest. */
  async findMaster(): Promise<string> {
    const { sentinels, master } = this.#options;
    const votes = new Map<string, number>();
    const failures: unknown[] = [];
    const majority = new Promise<string>((resolve, reject) => {
      const counted = sentinels.map(async (sentinel) => {
        try {
          const host = await this.#ask(sentinel);
          const count = (votes.get(host) ?? 0) + 1;
          votes.set(host, count);
          if (count > sentinels.length / 2) resolve(host);
        } catch (error) {
          failures.push(error);
        }
      });
      void Promise.all(counted).then(() => {
        const [most] = [...votes].toSorted(([, one], [, other]) => other - one);
        const why = failures.map(describeError).join('; ');
        const message = `no sentinel knows the master ${master}: ${why}`;
        if (most === undefined) reject(new TransientError('redis_no_master', message));
        else resolve(most[0]);
      });
    });
    return await majority;
  }

  async #ask(sentinel: string): Promise<string> {
    const { master, password, port } = this.#options;
    const client = createClient({
      url: `redis://${sentinel}`,
      ...(password === undefined ? {} : { password }),
      RESP: 2,
      disableClientInfo: true,
      maintNotifications: 'disabled',
      commandOptions: { timeout: answerTimeoutMs },
      socket: { connectTimeout: answerTimeoutMs, reconnectStrategy: false },
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const words = ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master];
      const [host, named] = (await client.sendCommand<string[] | null>(words)) ?? [];
      if (host === undefined) {
        throw new Error(`${sentinel} knows no master ${master}`);
      }
      if (Number(named) !== port) {
        throw new Error(`${sentinel} names port ${named}, but the address says ${port}`);
      }
      return host;
    } finally {
      if (client.isOpen) client.destroy();
    }
  }
}
