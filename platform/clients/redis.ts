// Redis: the only user of its driver. One connection that reconnects for ever by itself. Commands
// never queue while it is away, and each has a deadline: a caller falls back at once.

import { createClient, ErrorReply, type RedisClientOptions } from '@redis/client';
import { describeError, TransientError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Secret } from '../secret.ts';
import { RedisSentinel, sentinelOptionsOf } from './redis-sentinel.ts';

export type RedisArgument = string;

export interface RedisOptions {
  /** Of the server, or of its sentinels: see redis-sentinel.ts. */
  url: Secret;
  /** Shown in CLIENT LIST. */
  name: string;
  /** How long one command may take before its caller gives up on it. */
  deadlineMs: number;
  /** Asks Redis to tell when a key changes that was read over this connection. */
  tracking?: boolean;
  logger: Logger;
}

type Client = ReturnType<typeof createRedisClient>;

const pingIntervalMs = 1000;
/** The driver's own limit on silence never ends while commands go on being written. */
const pongWaitMaxMs = 3000;

export class RedisConnection {
  readonly #options: RedisOptions;
  readonly #deadlineMs: number;
  readonly #logger: Logger;
  readonly #sentinel: RedisSentinel | undefined;
  #client: Client;
  #generation = 0;
  #complained = false;
  #failure: string | null = null;
  #silence: NodeJS.Timeout | undefined;
  readonly #reconnectListeners: (() => void)[] = [];
  readonly #breakListeners: (() => void)[] = [];
  readonly #invalidatedListeners: ((key: string | null) => void)[] = [];

  constructor(options: RedisOptions) {
    this.#options = options;
    this.#deadlineMs = options.deadlineMs;
    this.#logger = options.logger.child({ component: 'redis' });
    const sentinels = sentinelOptionsOf(options.url.reveal());
    this.#sentinel = sentinels && new RedisSentinel(sentinels);
    this.#client = this.#createClient(options.tracking ?? false);
  }

  #createClient(tracking: boolean): Client {
    const client = createRedisClient(this.#options, { tracking, sentinel: this.#sentinel });
    const broken = (): void => callAll(this.#breakListeners);
    client.on('ready', () => {
      this.#generation += 1;
      this.#complained = false;
      this.#failure = null;
      this.#logger.info({ event: 'redis.connected' }, 'connected to Redis');
      this.#listenForPong();
      this.#sentinel?.watch((reason) => this.#reconnect(reason));
      broken();
      callAll(this.#reconnectListeners);
    });
    client.on('ping-interval', () => this.#listenForPong());
    client.on('error', (error) => {
      broken();
      if (tracking && isRefusalToTrack(error)) {
        this.#doWithoutTracking(error);
      } else {
        this.#complain(error);
      }
    });
    client.on('reconnecting', broken);
    client.on('end', broken);
    client.on('invalidate', (key: Buffer | null) => {
      const name = key === null ? null : key.toString();
      this.#invalidatedListeners.forEach((listener) => listener(name));
    });
    return client;
  }

  /** Begins to connect and goes on trying until `stop`; does not wait for the outcome. */
  start(): void {
    const client = this.#client;
    client.connect().catch((error: unknown) => {
      if (client === this.#client) {
        this.#complain(error);
      }
    });
  }

  stop(): void {
    clearTimeout(this.#silence);
    this.#sentinel?.stopWatching();
    if (this.#client.isOpen) {
      this.#client.destroy();
    }
  }

  /** Called before the first command of every new connection can be sent. */
  onReconnect(listener: () => void): void {
    this.#reconnectListeners.push(listener);
  }

  /** Called when a connection ends, at any error on it, and before any command of the next. */
  onBreak(listener: () => void): void {
    this.#breakListeners.push(listener);
  }

  /**
   * With `tracking`: called with a key that was read and has changed since, or with null when any
   * may have. Always before the caller of a command whose answer came behind it goes on.
   */
  onInvalidated(listener: (key: string | null) => void): void {
    this.#invalidatedListeners.push(listener);
  }

  get isReady(): boolean {
    return this.#client.isReady;
  }

  /** Why there is no connection, as last told by the driver; null while there is one. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Counts the connections made: what was checked on one can not be trusted on the next. */
  get generation(): number {
    return this.#generation;
  }

  /** @throws TransientError when Redis is away, refuses, or does not answer in time. */
  command<Reply>(...parts: RedisArgument[]): Promise<Reply> {
    return this.commandWithin<Reply>(this.#deadlineMs, ...parts);
  }

  commandWithin<Reply>(deadlineMs: number, ...parts: RedisArgument[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        const message = `Redis did not answer ${parts[0]} within ${deadlineMs} ms`;
        reject(new TransientError('redis_deadline', message));
      }, deadlineMs);
      this.#client.sendCommand<Reply>(parts).then(
        (reply) => {
          clearTimeout(deadline);
          resolve(reply);
        },
        (error: unknown) => {
          clearTimeout(deadline);
          reject(asTransient(error));
        },
      );
    });
  }

  /** Commands bound to the connection of this moment: they reject once it was replaced. */
  pin(deadlineMs: number): RedisCommands {
    const pinned = this.#generation;
    return async (...parts) => {
      if (pinned !== this.#generation || !this.#client.isReady) {
        throw new TransientError('redis_reconnected', 'Redis: the connection was lost meanwhile');
      }
      return await this.commandWithin(deadlineMs, ...parts);
    };
  }

  /** Pings follow each other; when the next answer does not come, nothing comes any more. */
  #listenForPong(): void {
    clearTimeout(this.#silence);
    const silent = new Error(`no answer for ${pongWaitMaxMs} ms on an open connection`);
    const reconnect = (): void => this.#reconnect(silent);
    this.#silence = setTimeout(reconnect, pingIntervalMs + pongWaitMaxMs);
  }

  #reconnect(reason: Error): void {
    if (this.#client.isReady) {
      this.#complain(reason);
      this.#client.destroy();
      this.start();
    }
  }

  #doWithoutTracking(error: Error): void {
    const message = `Redis refuses to tell what changes: ${describeError(error)}`;
    this.#logger.warn({ event: 'redis.tracking_refused' }, message);
    this.#client.destroy();
    this.#client = this.#createClient(false);
    this.start();
  }

  #complain(error: unknown): void {
    this.#failure = describeError(error);
    if (!this.#complained) {
      this.#complained = true;
      const message = `Redis is away, trying again: ${describeError(error)}`;
      this.#logger.warn({ event: 'redis.away' }, message);
    }
  }
}

export type RedisCommands = <Reply>(...parts: RedisArgument[]) => Promise<Reply>;

/** By an old server, for want of rights, or by a proxy: what else we need may work all the same. */
function isRefusalToTrack(error: unknown): error is Error {
  return error instanceof ErrorReply && /tracking/i.test(error.message);
}

function callAll(listeners: readonly (() => void)[]): void {
  for (const listener of listeners) {
    listener();
  }
}

interface ClientParts {
  tracking: boolean;
  sentinel: RedisSentinel | undefined;
}

function createRedisClient(options: RedisOptions, { tracking, sentinel }: ClientParts) {
  const settings: RedisClientOptions = {
    // Sent in the handshake, before any command of ours.
    emitInvalidate: tracking,
    url: options.url.reveal().replace(/\?.*/, ''),
    name: options.name,
    RESP: 3,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    pingInterval: pingIntervalMs,
    // Our deadline is enough. The driver's own makes an AbortSignal for every command, which lives
    // five seconds: under load they pile up to more than the answers themselves.
    commandOptions: { timeout: 0 },
    socket: {
      connectTimeout: 3000,
      socketTimeout: 3000,
      ...(sentinel && { lookup: sentinel.lookup }),
      // The driver's own strategy gives up for ever after a socket timeout.
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 1000) * (0.5 + Math.random() / 2),
    },
  };
  return createClient(settings);
}

function asTransient(error: unknown): TransientError {
  if (error instanceof TransientError) {
    return error;
  }
  return new TransientError('redis_failed', `Redis: ${describeError(error)}`, { cause: error });
}
