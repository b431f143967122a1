// The events' own session: reading and deleting them delays no invalidation. It holds no lock, so
// a leader that was replaced may still send what it has read: the same events again, in order.

import { z } from 'zod';
import { type CatalogEvent, eventTypes } from '../../../contract/events.ts';
import { PostgresSession } from '../../../platform/clients/postgres.ts';
import type { Secret } from '../../../platform/secret.ts';
import * as queries from './queries.ts';

export interface WaitingEvent extends CatalogEvent {
  /** Of its row: the order of reading. */
  number: string;
}

export interface Backlog {
  waiting: number;
  oldestSeconds: number;
}

export interface EventFinding {
  table: string;
  problem: string;
}

const eventRow = z
  .object({
    number: z.string(),
    id: z.string(),
    type: z.enum(eventTypes),
    aggregateid: z.string(),
    sequence: z.string(),
    value: z.string(),
    durable: z.boolean(),
  })
  .transform(({ aggregateid: aggregateId, ...row }) => ({ ...row, aggregateId }));

const backlogRow = z.object({
  waiting: z.string().transform(Number),
  oldest_seconds: z.number().nullable(),
});
const findingRow = z.object({ rel: z.string(), problem: z.string() });
const deletedRow = z.object({ deleted: z.string().transform(Number) });

export class EventSource {
  readonly #session: PostgresSession;

  private constructor(session: PostgresSession) {
    this.#session = session;
  }

  /** @throws TransientError when the server can not be reached. */
  static async open(url: Secret): Promise<EventSource> {
    const session = await PostgresSession.open({
      url,
      applicationName: 'cinesync-listener-events',
      queryTimeoutMs: 10_000,
      statementTimeoutMs: 9000,
    });
    try {
      await session.query(queries.sessionSettings);
      return new EventSource(session);
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  /** The first that are visible, in order; no crash of Postgres can take their commits back. */
  async read(eventsMax: number): Promise<WaitingEvent[]> {
    const rows = await this.#session.query(queries.readEvents(eventsMax));
    const events = rows.map((row) => eventRow.parse(row));
    if (events.some(({ durable }) => !durable)) {
      await this.#session.query(queries.flushLog);
    }
    return events;
  }

  async delete(events: readonly WaitingEvent[]): Promise<void> {
    await this.#session.query(queries.deleteEvents(events.map(({ number }) => number)));
  }

  /** Those that have waited longer than this are gone; resolves with how many. */
  async expire(hours: number): Promise<number> {
    let expired = 0;
    for (;;) {
      const [row] = await this.#session.query(queries.expireEvents(hours));
      const { deleted } = deletedRow.parse(row);
      expired += deleted;
      if (deleted < queries.expiredAtOnceMax) {
        return expired;
      }
    }
  }

  async backlog(): Promise<Backlog> {
    const [row] = await this.#session.query(queries.measureBacklog);
    const { waiting, oldest_seconds } = backlogRow.parse(row);
    return { waiting, oldestSeconds: oldest_seconds ?? 0 };
  }

  async audit(): Promise<EventFinding[]> {
    const rows = await this.#session.query(queries.auditEvents);
    return rows.map((row) => {
      const { rel: table, problem } = findingRow.parse(row);
      return { table, problem };
    });
  }

  close(): void {
    this.#session.destroy();
  }
}
