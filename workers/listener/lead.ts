// One lead, from the lock to its loss: read what is visible, publish it, delete exactly that. While
// one send is under way the next is gathered. When rows are rare it parks, so that writers ring;
// when they are frequent it lingers, so that they need not.

import { eventResource } from '../../contract/events.ts';
import { cachedResources } from '../../contract/resources.ts';
import type { Alarm } from './alarm.ts';
import { Batch } from './batch.ts';
import type { Change } from './change.ts';
import type { Delivery } from './delivery.ts';
import type { HeartbeatPacer } from './heartbeat.ts';
import type { OutboxSource } from './outbox-source.ts';
import { flushOverCodes } from './plan-send.ts';
import { RowRate } from './row-rate.ts';
import type { Notification, WakeUp } from './wake-up.ts';

export interface LeadOptions {
  source: OutboxSource;
  alarm: Alarm;
  wakeUp: WakeUp;
  delivery: Delivery;
  pacer: HeartbeatPacer;
  /** Looked for once the invalidations have landed. */
  events: { ring(): void };
}

/** A batch on its way to Kafka. */
interface Flight {
  batch: Batch;
  startedMs: number;
  landed: boolean;
  arrival: Promise<void>;
}

const rowsPerReadMax = 2000;
/**
 * As many changes on their way, as many gathered for the next send; the others wait in the outbox,
 * where nothing is lost.
 */
const gatheredMax = 20_000;
/** With one more read it is no flush yet: rows changed one by one never void a whole resource. */
const entriesMax = flushOverCodes - rowsPerReadMax;
/** The rest between two looks while rows are frequent, or a send is under way. */
const lingerMs = 10;
/** A send that takes longer is no longer waited for under the lock, where every commit rings. */
const parkedFlightMaxMs = 100;
/** The longest rest: every query renews the lease of the leader's session. */
const restMaxMs = 1000;
/** At a stop: long enough for a send that goes well, short enough for a supervisor's patience. */
const finishMaxMs = 3000;

const resourceOfChannel: ReadonlyMap<string, string> = new Map(
  cachedResources.map(({ channel, name }) => [channel, name]),
);

export class Lead {
  readonly #options: LeadOptions;
  readonly #rate = new RowRate();
  readonly #lost = new AbortController();
  #gathered = new Batch();
  #flight: Flight | null = null;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: LeadOptions) {
    this.#options = options;
  }

  /**
   * Returns once `stopping` aborts and what was under way has landed.
   * @throws TransientError when the session is lost.
   */
  async run(stopping: AbortSignal): Promise<void> {
    const { alarm, pacer } = this.#options;
    try {
      let sawAll = false;
      while (!stopping.aborted) {
        alarm.reset();
        pacer.tick();
        await this.#land();
        // What was gathered meanwhile leaves at once.
        this.#takeOff();
        if (sawAll) {
          await this.#linger();
        }
        sawAll = await this.#gather();
        this.#takeOff();
        if (sawAll) {
          await this.#rest();
        }
      }
      await this.#finish();
    } finally {
      this.#lost.abort();
    }
  }

  /** Reads once; true when nothing more is to be read right now. */
  async #gather(): Promise<boolean> {
    const { source, wakeUp, pacer } = this.#options;
    const { changes: gathered, entries } = this.#gathered;
    if (gathered.length >= gatheredMax || entries >= entriesMax) {
      await source.ping();
      return true;
    }
    this.#lookedAtMs = performance.now();
    const notifications = wakeUp.takeNotifications();
    const held = [...(this.#flight?.batch.changes ?? []), ...gathered];
    const snapshot = await source.read(rowsPerReadMax, held);
    for (const change of snapshot.changes) {
      this.#gathered.add(change);
    }
    this.#rate.add(snapshot.changes.length);
    this.#addNotified(notifications, snapshot.changes);
    this.#gathered.heartbeat = pacer.take(snapshot) ?? this.#gathered.heartbeat;
    this.#gathered.renewsIncarnation ||=
      snapshot.incarnation === null && !this.#flight?.batch.renewsIncarnation;
    return snapshot.complete;
  }

  /** A hand-made NOTIFY names a code for which no row was read: it is relayed by itself. */
  #addNotified(notifications: readonly Notification[], fresh: readonly Change[]): void {
    if (notifications.length === 0) {
      return;
    }
    const captured = new Set(
      fresh.flatMap(({ resource, codes }) => codes?.map((code) => `${resource}/${code}`) ?? []),
    );
    for (const { channel, payload: code } of notifications) {
      const resource = resourceOfChannel.get(channel);
      const name = `${resource}/${code}`;
      if (resource !== undefined && !captured.has(name)) {
        captured.add(name);
        const committedAtMs = Date.now();
        const id = `notify-${committedAtMs}`;
        this.#gathered.notified.push({
          id,
          resource,
          codes: [code],
          committedAtMs,
          dependents: [],
        });
      }
    }
  }

  #takeOff(): void {
    if (this.#flight !== null || this.#gathered.isEmpty) {
      return;
    }
    const { delivery, alarm } = this.#options;
    const batch = this.#gathered;
    this.#gathered = new Batch();
    const flight: Flight = {
      batch,
      startedMs: performance.now(),
      landed: false,
      arrival: delivery.deliver(batch, this.#lost.signal).finally(() => {
        flight.landed = true;
        alarm.ring();
      }),
    };
    flight.arrival.catch(() => undefined);
    this.#flight = flight;
  }

  /** After the acknowledgement, and only then, the rows are deleted. */
  async #land(): Promise<void> {
    const flight = this.#flight;
    if (flight === null || !flight.landed) {
      return;
    }
    await flight.arrival;
    const { source, delivery, pacer, events } = this.#options;
    // A cleaner flushes before it records a heartbeat of another incarnation, wherever it stands.
    if (flight.batch.renewsIncarnation || delivery.lostMessages) {
      await source.renewIncarnation();
      delivery.forgetLoss();
      pacer.reset();
    }
    if (flight.batch.changes.length > 0) {
      await source.delete(flight.batch.changes);
    }
    if (flight.batch.changes.some(({ resource }) => resource === eventResource)) {
      events.ring();
    }
    this.#flight = null;
  }

  /** While rows are frequent an answer from Kafka does not bring the next look forward. */
  async #linger(): Promise<void> {
    if (this.#rate.isFrequent) {
      await this.#options.alarm.wait(this.#lookedAtMs + lingerMs - performance.now());
    }
  }

  async #rest(): Promise<void> {
    const { source, alarm, wakeUp, pacer } = this.#options;
    const flight = this.#flight;
    const flownMs = flight === null ? 0 : performance.now() - flight.startedMs;
    const isRare = wakeUp.isListening && !this.#rate.isFrequent;
    if (isRare && source.isParked && flownMs < parkedFlightMaxMs) {
      // This look was made under the lock and left nothing: whoever commits from now on rings.
      const untilMs = flight === null ? pacer.untilDueMs : parkedFlightMaxMs - flownMs;
      await alarm.wait(Math.min(untilMs, restMaxMs));
      return;
    }
    if (flight !== null || !isRare) {
      if (source.isParked) {
        await source.unpark();
      }
      // The longer a send takes, the longer the rest: an outage is not polled every 10 ms.
      await alarm.wait(Math.min(lingerMs + flownMs / 10, restMaxMs));
      return;
    }
    if (!(await source.tryPark())) {
      await alarm.wait(lingerMs);
    }
  }

  /** At a stop: what is under way may still arrive, what is only gathered stays in the outbox. */
  async #finish(): Promise<void> {
    const { alarm } = this.#options;
    const giveUpMs = performance.now() + finishMaxMs;
    while (this.#flight !== null && performance.now() < giveUpMs) {
      alarm.reset();
      await this.#land();
      if (this.#flight !== null) {
        await alarm.wait(giveUpMs - performance.now());
      }
    }
  }
}
