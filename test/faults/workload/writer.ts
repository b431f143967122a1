// Carries out deeds on one connection, and tells the referee what was committed and when. When the
// answer to a COMMIT is lost, the old session is ended and the rows themselves are asked.

import pg from 'pg';
import { elapse, persist } from '../elapse.ts';
import type { Attempt } from '../model/model.ts';
import type { Referee } from '../model/referee.ts';
import { withSession } from '../world/sessions.ts';
import type { Deed, Statement } from './deed.ts';
import type { Gate } from './gate.ts';
import { readRows } from './rows.ts';

export interface WriterOptions {
  readonly name: string;
  /** Through the network that faults befall. */
  readonly url: string;
  /** Past it. */
  readonly adminUrl: string;
  readonly referee: Referee;
  readonly gate: Gate;
  /** Commits without waiting for the disk: a crash may take them back. */
  readonly losable: boolean;
  onOutcome(outcome: Outcome, deed: Deed): void;
}

export type Outcome = 'committed' | 'failed' | 'resolved' | 'rolled back';

const statementTimeoutMs = 5000;
const resolveForMs = 300_000;
const reconnectPauseMs = 200;

export class Writer {
  readonly #options: WriterOptions;
  #client: pg.Client | null = null;
  #connections = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** @param alone nobody else may write meanwhile. The deed is thought of once it can be done. */
  async perform(think: () => Deed, alone: boolean): Promise<void> {
    const { gate } = this.#options;
    if (!alone) return gate.pass(() => this.#attempt(think()));
    const closure = await gate.close();
    await closure.empty;
    await this.#attempt(think()).finally(() => closure.open());
  }

  async #attempt(deed: Deed): Promise<void> {
    const client = await this.#connected();
    if (client === null) return elapse(reconnectPauseMs);
    const outcome = await this.#carryOut(client, deed);
    this.#options.onOutcome(outcome, deed);
  }

  async #carryOut(client: pg.Client, deed: Deed): Promise<Outcome> {
    const { statements, changes, ending } = deed;
    const { referee, losable } = this.#options;
    const [only] = statements;
    if (ending !== 'autocommit' || statements.length > 1 || only === undefined) {
      const opened = await this.#open(client, statements, ending === 'rollback');
      if (!opened) return 'failed';
      if (ending === 'rollback') return 'rolled back';
    }
    const last = ending === 'autocommit' && only !== undefined ? only : { text: 'commit' };
    const attempt = referee.attempt(changes, performance.now(), { losable });
    try {
      await client.query(last.text, [...(last.values ?? [])]);
    } catch {
      return await this.#resolve(attempt);
    }
    referee.commit(attempt, performance.now());
    return 'committed';
  }

  /** False when it failed: then nothing of it can be committed any more. */
  async #open(
    client: pg.Client,
    statements: readonly Statement[],
    rollback: boolean,
  ): Promise<boolean> {
    try {
      await client.query('begin');
      for (const { text, values = [], pauseMs = 0 } of statements) {
        await client.query(text, [...values]);
        if (pauseMs > 0) await elapse(pauseMs);
      }
      if (rollback) await client.query('rollback');
      return true;
    } catch {
      await this.#endSession();
      return false;
    }
  }

  /** Whether it was committed is read off the rows, which nobody else writes. */
  async #resolve(attempt: Attempt): Promise<Outcome> {
    const { referee, losable, adminUrl } = this.#options;
    await this.#endSession();
    const rows = await persist(() => withSession(adminUrl, readRows), { forMs: resolveForMs });
    const happened = attempt.changes.every(({ cell, value }) => (rows.get(cell) ?? 0) === value);
    // What a crash took back may have been seen before.
    if (happened || (losable && referee.isHolding)) referee.commit(attempt, performance.now());
    else referee.abort(attempt);
    return 'resolved';
  }

  /** Until it is gone it could still commit, and holds its locks. */
  async #endSession(): Promise<void> {
    const client = this.#client;
    if (client === null) return;
    this.#client = null;
    void client.end().catch(() => undefined);
    await persist(
      () =>
        withSession(this.#options.adminUrl, async (admin) => {
          const { rowCount } = await admin.query(
            `select pg_terminate_backend(pid, 2000) from pg_stat_activity
              where application_name = $1`,
            [this.#applicationName],
          );
          if (rowCount !== 0) throw new Error(`${this.#applicationName} still runs`);
        }),
      { forMs: resolveForMs },
    );
  }

  async #connected(): Promise<pg.Client | null> {
    if (this.#client !== null) return this.#client;
    this.#connections += 1;
    const client = new pg.Client({
      connectionString: this.#options.url,
      application_name: this.#applicationName,
      connectionTimeoutMillis: 2000,
      query_timeout: statementTimeoutMs,
      options: this.#options.losable ? '-c synchronous_commit=off' : '',
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch {
      return null;
    }
    this.#client = client;
    return client;
  }

  /** Of the present connection alone. */
  get #applicationName(): string {
    return `${this.#options.name}-${this.#connections}`;
  }
}
