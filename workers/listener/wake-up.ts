// The alarm clock: LISTEN through pg-listen, on a connection of its own. A notification only says
// "look"; what changed is in the outbox. When this is deaf, the relay polls instead of parking.
// pg-listen's own reconnect can neither be stopped nor trusted with several channels, so one
// subscriber lives for one connection and is replaced when that is lost.

import pgListen from 'pg-listen';
import { describeError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { createBackoff, pause } from '../../platform/retry.ts';
import type { Component } from '../../platform/run-process.ts';
import type { Secret } from '../../platform/secret.ts';

export interface WakeUpOptions {
  url: Secret;
  channels: readonly string[];
  logger: Logger;
  /** Something may have been committed, or we have become deaf or able to hear again. */
  onWake: () => void;
}

export interface Notification {
  channel: string;
  payload: string;
}

/** Payloads kept between two looks; more than that is a flood, and best effort ends there. */
const notificationsMax = 10_000;

export class WakeUp implements Component {
  readonly name = 'wake-up';
  readonly #options: WakeUpOptions;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #notifications: Notification[] = [];
  #listening = false;
  #running: Promise<void> | undefined;

  constructor(options: WakeUpOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ component: 'wake-up' });
  }

  /** Whether every commit from now on is sure to ring. */
  get isListening(): boolean {
    return this.#listening;
  }

  /** The payloads that arrived since the last call; an empty payload is only an alarm. */
  takeNotifications(): Notification[] {
    const taken = this.#notifications;
    this.#notifications = [];
    return taken;
  }

  async start(): Promise<void> {
    this.#running = this.#listenForEver();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #listenForEver(): Promise<void> {
    const backoff = createBackoff({ firstMs: 100, maxMs: 5000 });
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#listenOnce(() => backoff.reset());
      } catch (error) {
        const message = `not listening to Postgres, polling instead: ${describeError(error)}`;
        this.#logger.warn({ event: 'wake_up.lost' }, message);
      }
      this.#listening = false;
      this.#options.onWake();
      await pause(backoff.nextDelayMs(), signal);
    }
  }

  /** Returns when asked to stop; throws when the connection is lost. */
  async #listenOnce(onListening: () => void): Promise<void> {
    const subscriber = pgListen.default(
      {
        connectionString: this.#options.url.reveal(),
        application_name: 'cinesync-listener-wake-up',
        connectionTimeoutMillis: 3000,
        // Without it a half-open connection is never noticed.
        query_timeout: 1000,
      },
      { parse: (payload) => payload, paranoidChecking: 2000, retryLimit: 1 },
    );
    const { promise: ended, resolve: end, reject: fail } = withResolvers();
    ended.catch(() => undefined);
    subscriber.events.on('error', fail);
    this.#stopping.signal.addEventListener('abort', end);
    subscriber.events.on('notification', ({ channel, payload }) => {
      this.#receive({ channel, payload: typeof payload === 'string' ? payload : '' });
    });
    try {
      await subscriber.connect();
      for (const channel of this.#options.channels) {
        await subscriber.listenTo(channel);
      }
      onListening();
      this.#listening = true;
      this.#options.onWake();
      this.#logger.info({ event: 'wake_up.listening' }, 'listening to Postgres');
      await ended;
    } finally {
      this.#stopping.signal.removeEventListener('abort', end);
      // Not awaited: a server that fell silent never answers the farewell.
      void subscriber.close().catch(() => undefined);
    }
  }

  #receive(notification: Notification): void {
    if (notification.payload !== '' && this.#notifications.length < notificationsMax) {
      this.#notifications.push(notification);
    }
    this.#options.onWake();
  }
}

/** Promise.withResolvers, which Node 20 does not have. */
function withResolvers() {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
