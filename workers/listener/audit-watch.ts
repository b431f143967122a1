// Asks Postgres, on a connection of its own, whether capture is what it should be. A resource with
// findings is to be read from Postgres: its heartbeats say so until the findings are gone.

import { z } from 'zod';
import { cachedResources, sourceResources } from '../../contract/resources.ts';
import type { PostgresPool } from '../../platform/clients/postgres.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Component } from '../../platform/run-process.ts';
import * as queries from './queries.ts';

const auditRow = z.object({
  at_ms: z.string().transform(Number),
  incarnation: z.string().nullable(),
  resource: z.string().nullable(),
  rel: z.string().nullable(),
  problem: z.string().nullable(),
});

const resources = [...cachedResources, ...sourceResources].map(({ name }) => name);

export interface Finding {
  resource: string;
  table: string;
  problem: string;
}

export interface AuditResult {
  /** Database clock; the findings are those of this moment. */
  atMs: number;
  /** Of the server that was asked. */
  incarnation: string | null;
  findings: Finding[];
}

export interface AuditWatchOptions {
  pool: PostgresPool;
  logger: Logger;
}

export class AuditWatch implements Component {
  readonly name = 'audit';
  readonly #pool: PostgresPool;
  readonly #logger: Logger;
  #findings: Finding[] = [];

  constructor(options: AuditWatchOptions) {
    this.#pool = options.pool;
    this.#logger = options.logger.child({ component: 'audit' });
  }

  /** As of the last look. */
  get findings(): readonly Finding[] {
    return this.#findings;
  }

  async look(): Promise<AuditResult> {
    const rows = (await this.#pool.query(queries.audit(resources))).map((row) =>
      auditRow.parse(row),
    );
    const findings = rows.flatMap(({ resource, rel, problem }) =>
      resource === null ? [] : [{ resource, table: rel ?? '', problem: problem ?? '' }],
    );
    this.#report(findings);
    this.#findings = findings;
    const [first] = rows;
    return { atMs: first?.at_ms ?? 0, incarnation: first?.incarnation ?? null, findings };
  }

  /** The next look connects anew: the server at the other end may no longer be the primary. */
  reconnect(): void {
    this.#pool.renew();
  }

  /** Looks when it is asked; there is nothing to start. */
  async start(): Promise<void> {}

  async stop(): Promise<void> {
    await this.#pool.end();
  }

  #report(findings: readonly Finding[]): void {
    if (JSON.stringify(findings) === JSON.stringify(this.#findings)) {
      return;
    }
    if (findings.length === 0) {
      this.#logger.info({ event: 'audit.healthy' }, 'every change is captured again');
    }
    for (const finding of findings) {
      const { resource, table, problem } = finding;
      const message = `${resource} is read from Postgres: ${table} ${problem}`;
      this.#logger.error({ event: 'audit.finding', ...finding }, message);
    }
  }
}
