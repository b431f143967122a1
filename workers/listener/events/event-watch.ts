// What can be said of the events: how many wait and for how long, and whether the triggers that
// make them are as they should be. A finding is told, and that is all: the cache has its own audit.

import type { Logger } from '../../../platform/logger.ts';
import type { Backlog, EventFinding, EventSource } from './event-source.ts';

const lookIntervalMs = 5000;

export class EventWatch {
  readonly #logger: Logger;
  #backlog: Backlog = { waiting: 0, oldestSeconds: 0 };
  #findings: readonly EventFinding[] = [];
  #nextLookMs = 0;

  constructor(options: { logger: Logger }) {
    this.#logger = options.logger.child({ component: 'events' });
  }

  /** As of the last look. */
  get backlog(): Backlog {
    return this.#backlog;
  }

  get findings(): readonly EventFinding[] {
    return this.#findings;
  }

  /** Every few seconds; in between it returns at once. */
  async look(source: Pick<EventSource, 'audit' | 'backlog'>): Promise<void> {
    if (performance.now() < this.#nextLookMs) {
      return;
    }
    this.#nextLookMs = performance.now() + lookIntervalMs;
    this.#backlog = await source.backlog();
    const findings = await source.audit();
    this.#tell(findings);
    this.#findings = findings;
  }

  /** Another process leads, and knows better. */
  forget(): void {
    this.#backlog = { waiting: 0, oldestSeconds: 0 };
    this.#findings = [];
    this.#nextLookMs = 0;
  }

  #tell(findings: readonly EventFinding[]): void {
    if (JSON.stringify(findings) === JSON.stringify(this.#findings)) {
      return;
    }
    if (findings.length === 0) {
      this.#logger.info({ event: 'events.healthy' }, 'every change of a film emits again');
    }
    for (const { table, problem } of findings) {
      const message = `changes of films emit no events: ${table} ${problem}`;
      this.#logger.error({ event: 'events.finding', table, problem }, message);
    }
  }
}
