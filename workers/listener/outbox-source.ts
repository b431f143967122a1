// The leader's session: one connection that holds the leader's lock, reads the outbox and deletes
// what was published. When anything about it fails, the lock is gone with it: start over.

import { PostgresSession } from '../../platform/clients/postgres.ts';
import { TransientError } from '../../platform/errors.ts';
import { pause } from '../../platform/retry.ts';
import type { Secret } from '../../platform/secret.ts';
import { type Change, parseChange, snapshotRow } from './change.ts';
import * as queries from './queries.ts';

/** What one read saw, from one snapshot of the database. */
export interface Snapshot {
  /** Everything committed before this is in the snapshot or was deleted; database clock. */
  atMs: number;
  /** Null: Postgres has forgotten it, so commits may be lost that were already published. */
  incarnation: string | null;
  changes: Change[];
  /** Whether these are all the rows that are visible, besides those that are held. */
  complete: boolean;
}

export interface OutboxSourceOptions {
  url: Secret;
  signal: AbortSignal;
  onStandby: () => void;
  /** Whether changes are read with the traces that they belong to. */
  traces: boolean;
}

const leaderPollMs = 300;

export class OutboxSource {
  readonly #session: PostgresSession;
  /** No visible row has a smaller transaction id; it only spares the index its dead entries. */
  #floor = '0';
  #parked = false;
  readonly #traces: boolean;

  private constructor(session: PostgresSession, traces: boolean) {
    this.#session = session;
    this.#traces = traces;
  }

  /**
   * Connects and waits until this process leads.
   * @throws TransientError when the connection fails or the signal aborts.
   */
  static async lead(options: OutboxSourceOptions): Promise<OutboxSource> {
    const session = await PostgresSession.open({
      url: options.url,
      applicationName: 'cinesync-listener',
      queryTimeoutMs: 3000,
      statementTimeoutMs: 2500,
    });
    try {
      await session.query(queries.sessionSettings);
      const [server] = await session.query(queries.isStandbyServer);
      if (server?.standby !== false) {
        const message = 'this Postgres is a standby; LISTENER_DATABASE_URL must name the primary';
        throw new TransientError('postgres_standby', message);
      }
      while (!(await isGranted(session, queries.tryLead))) {
        options.onStandby();
        await pause(leaderPollMs * (1 + Math.random()), options.signal);
        if (options.signal.aborted) {
          throw new TransientError('listener_stopping', 'stopped while standing by');
        }
      }
      return new OutboxSource(session, options.traces);
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  get isParked(): boolean {
    return this.#parked;
  }

  /** What is visible and not held, which is what was read before and has not been deleted yet. */
  async read(rowsMax: number, held: readonly Change[] = []): Promise<Snapshot> {
    const ids = held.map(({ id }) => id);
    const rows = await this.#session.query(queries.readChanges(this.#floor, rowsMax, ids));
    const header = snapshotRow.parse(rows[0]);
    const changes = await this.#traced(header.id === null ? [] : rows.map(parseChange));
    const complete = changes.length < rowsMax;
    if (complete) {
      this.#floor = header.next_floor;
    }
    return { atMs: header.at_ms, incarnation: header.incarnation, changes, complete };
  }

  async #traced(changes: Change[]): Promise<Change[]> {
    if (!this.#traces || changes.length === 0) {
      return changes;
    }
    const ctids = changes.map(({ ctid }) => ctid);
    const rows = await this.#session.query(queries.readTraceparents(ctids));
    const traceparents = new Map(rows.map((row) => [String(row.id), String(row.traceparent)]));
    return changes.map((change) => ({ ...change, traceparent: traceparents.get(change.id) }));
  }

  /** Exactly these rows: what a newer snapshot would see has not been read yet. */
  async delete(changes: readonly Change[]): Promise<void> {
    const ctids = changes.map((change) => change.ctid);
    const ids = changes.map((change) => change.id);
    const deleted = await this.#session.execute(queries.deleteChanges(ctids, ids));
    if (deleted < changes.length) {
      // VACUUM FULL has moved some: below the floor, where no read of this lead would find them.
      this.#floor = '0';
    }
  }

  /**
   * From a granted park on, every writer rings when it commits. Look once more before waiting:
   * a writer that tested the lock just before it was granted does not ring.
   */
  async tryPark(): Promise<boolean> {
    this.#parked = await isGranted(this.#session, queries.tryPark);
    return this.#parked;
  }

  async unpark(): Promise<void> {
    await this.#session.query(queries.unpark);
    this.#parked = false;
  }

  async renewIncarnation(): Promise<void> {
    await this.#session.query(queries.renewIncarnation);
  }

  /** Keeps the lead while there is nothing to ask for. */
  async ping(): Promise<void> {
    await this.#session.query(queries.ping);
  }

  close(): void {
    this.#session.destroy();
  }
}

async function isGranted(session: PostgresSession, query: { text: string }): Promise<boolean> {
  const [row] = await session.query(query);
  return row?.granted === true;
}
