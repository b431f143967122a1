// Relays events while this process leads: read a few in order, publish, delete exactly those. It
// keeps nothing between two looks: whatever fails, the next one meets the same rows and publishes
// them again, under the same ids and in the same order. Without a sink they are kept for a while.

import type { Counter } from 'prom-client';
import { CineSyncError, describeError } from '../../../platform/errors.ts';
import type { Logger } from '../../../platform/logger.ts';
import { createBackoff, pause } from '../../../platform/retry.ts';
import type { Component } from '../../../platform/run-process.ts';
import type { EventType } from '../../../contract/events.ts';
import { Alarm } from '../alarm.ts';
import type { EventSink } from './event-sink.ts';
import type { Backlog, EventFinding, EventSource, WaitingEvent } from './event-source.ts';
import type { EventWatch } from './event-watch.ts';

export interface EventRelayOptions {
  open: () => Promise<EventSource>;
  /** Null: nobody publishes them here. */
  sink: EventSink | null;
  watch: EventWatch;
  retentionHours: number;
  logger: Logger;
  eventsPublished: Counter<'type'>;
}

export interface EventState {
  backlog: Backlog;
  /** Ways in which changes of films emit nothing. */
  findings: readonly EventFinding[];
  /** What keeps events from being published, and since when; null while all is well. */
  failure: { message: string; since: Date } | null;
}

/** Few enough that an invalidation which comes meanwhile hardly waits for this process. */
const eventsPerReadMax = 250;
/** Who changes a film rings when its invalidation has landed; this is for what nobody rang for. */
const restMaxMs = 1000;
/** At a stop: long enough for a send that goes well. */
const finishMaxMs = 3000;

export class EventRelay implements Component {
  readonly name = 'events';
  readonly #options: EventRelayOptions;
  readonly #logger: Logger;
  readonly #alarm = new Alarm();
  readonly #stopping = new AbortController();
  #leads = false;
  #running: Promise<void> = Promise.resolve();
  #failure: { message: string; since: Date } | null = null;

  constructor(options: EventRelayOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ component: 'events' });
  }

  get state(): EventState {
    const { backlog, findings } = this.#options.watch;
    return { backlog, findings, failure: this.#failure };
  }

  /** There may be new ones. */
  ring(): void {
    this.#alarm.ring();
  }

  /** This process leads from now on: events are its business. */
  begin(): void {
    this.#leads = true;
    this.ring();
  }

  end(): void {
    this.#leads = false;
    this.#failure = null;
    this.#options.watch.forget();
  }

  async start(): Promise<void> {
    this.#running = this.#relayForEver();
  }

  /** What was published may still be deleted; what is not is published again by the next leader. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.ring();
    const patience = new AbortController();
    await Promise.race([this.#running, pause(finishMaxMs, patience.signal)]);
    patience.abort();
    await this.#options.sink?.stop();
  }

  get #isActive(): boolean {
    return this.#leads && !this.#stopping.signal.aborted;
  }

  async #relayForEver(): Promise<void> {
    const backoff = createBackoff({ firstMs: 100, maxMs: 2000 });
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#alarm.reset();
      if (!this.#leads) {
        await this.#alarm.wait(restMaxMs);
        continue;
      }
      try {
        await this.#relayWhileLeading(() => backoff.reset());
      } catch (error) {
        // Whatever it is: invalidations do not depend on events, and go on.
        await this.#complain(error);
        await pause(backoff.nextDelayMs(), signal);
      }
    }
  }

  async #relayWhileLeading(onProgress: () => void): Promise<void> {
    const source = await this.#options.open();
    try {
      while (this.#isActive) {
        this.#alarm.reset();
        await this.#options.watch.look(source);
        const sawAll = await this.#relay(source);
        this.#resume();
        onProgress();
        if (sawAll && this.#isActive) {
          await this.#alarm.wait(restMaxMs);
        }
      }
    } finally {
      source.close();
    }
  }

  /** True when nothing more is to be read right now. */
  async #relay(source: EventSource): Promise<boolean> {
    const { sink, eventsPublished } = this.#options;
    if (sink === null) {
      await this.#expire(source);
      return true;
    }
    const events = await source.read(eventsPerReadMax);
    for (const [type, group] of byType(events)) {
      await sink.publish(type, group);
      eventsPublished.inc({ type }, group.length);
      await source.delete(group);
    }
    return events.length < eventsPerReadMax;
  }

  async #expire(source: EventSource): Promise<void> {
    const { retentionHours } = this.#options;
    const count = await source.expire(retentionHours);
    if (count > 0) {
      const message = `dropped ${count} events that nobody published in ${retentionHours} hours`;
      this.#logger.warn({ event: 'events.dropped', count }, message);
    }
  }

  async #complain(error: unknown): Promise<void> {
    if (!this.#leads) {
      return;
    }
    const code = error instanceof CineSyncError ? error.code : undefined;
    if (this.#failure === null) {
      this.#failure = { message: describeError(error), since: new Date() };
      const message = `events are not published and wait: ${describeError(error)}`;
      this.#logger.error({ event: 'events.blocked', code }, message);
    }
    if (code === 'kafka_unknown_topic') {
      // A failure here is the same outage: the next try meets it again.
      await this.#options.sink?.prepare().catch(() => undefined);
    }
  }

  #resume(): void {
    if (this.#failure !== null) {
      this.#failure = null;
      this.#logger.info({ event: 'events.resumed' }, 'events are published again');
    }
  }
}

/** Each in the order of the whole: a type has one topic, and no order is promised across them. */
function byType(events: readonly WaitingEvent[]): Map<EventType, WaitingEvent[]> {
  const groups = new Map<EventType, WaitingEvent[]>();
  for (const event of events) {
    const group = groups.get(event.type) ?? [];
    group.push(event);
    groups.set(event.type, group);
  }
  return groups;
}
