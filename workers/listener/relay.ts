// One listener leads, the others stand by. Losing the session, for whatever reason, means starting
// over: the lock is gone with it, and rows stay in the outbox until somebody has published them.

import { describeError, TransientError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { createBackoff, pause } from '../../platform/retry.ts';
import type { Component } from '../../platform/run-process.ts';
import type { Tracing } from '../../platform/tracing.ts';
import type { Secret } from '../../platform/secret.ts';
import type { Alarm } from './alarm.ts';
import type { Delivery } from './delivery.ts';
import type { HeartbeatPacer } from './heartbeat.ts';
import type { EventRelay } from './events/event-relay.ts';
import { Lead } from './lead.ts';
import { OutboxSource } from './outbox-source.ts';
import type { WakeUp } from './wake-up.ts';

export interface RelayOptions {
  url: Secret;
  alarm: Alarm;
  wakeUp: WakeUp;
  delivery: Delivery;
  pacer: HeartbeatPacer;
  events: EventRelay;
  logger: Logger;
  tracing: Tracing;
}

export type RelayRole = 'connecting' | 'standby' | 'leader';

export class Relay implements Component {
  readonly name = 'relay';
  readonly #options: RelayOptions;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #role: RelayRole = 'connecting';
  #failure: string | null = null;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ component: 'relay' });
  }

  get role(): RelayRole {
    return this.#role;
  }

  /** What keeps this process from Postgres; null while connected. */
  get failure(): string | null {
    return this.#failure;
  }

  async start(): Promise<void> {
    this.#running = this.#leadForEver();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#options.alarm.ring();
    await this.#running;
  }

  async #leadForEver(): Promise<void> {
    const backoff = createBackoff({ firstMs: 100, maxMs: 2000 });
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#leadOnce(() => backoff.reset());
      } catch (error) {
        if (!(error instanceof TransientError)) {
          throw error;
        }
        this.#complain(error);
      }
      if (!signal.aborted) {
        await pause(backoff.nextDelayMs(), signal);
      }
    }
  }

  async #leadOnce(onLead: () => void): Promise<void> {
    const { url, tracing, pacer, delivery, events } = this.#options;
    const source = await OutboxSource.lead({
      url,
      traces: tracing.isOn,
      signal: this.#stopping.signal,
      onStandby: () => this.#become('standby', 'another listener leads; standing by'),
    });
    onLead();
    this.#become('leader', `leading: relaying changes to ${delivery.server}`);
    pacer.reset();
    delivery.beginLead();
    const lead = new Lead({ ...this.#options, source });
    events.begin();
    try {
      await lead.run(this.#stopping.signal);
    } finally {
      events.end();
      this.#role = 'connecting';
      source.close();
    }
  }

  #become(role: RelayRole, message: string): void {
    this.#failure = null;
    if (this.#role !== role) {
      this.#role = role;
      this.#logger.info({ event: `relay.${role}` }, message);
    }
  }

  #complain(error: TransientError): void {
    if (this.#stopping.signal.aborted) {
      return;
    }
    this.#role = 'connecting';
    if (this.#failure === null) {
      const message = `lost Postgres, trying again: ${describeError(error)}`;
      this.#logger.warn({ event: 'relay.lost', code: error.code }, message);
    }
    this.#failure = error.message;
  }
}
