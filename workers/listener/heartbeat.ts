// Paces the heartbeats. One becomes due, the audit is asked, and the next complete read gives the
// time it vouches for: the older of the two, so that neither speaks for what it has not seen.

import { describeError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { AuditResult, AuditWatch } from './audit-watch.ts';
import type { Snapshot } from './outbox-source.ts';

export interface DueHeartbeat {
  atMs: number;
  incarnation: string;
  /** The resources whose capture has findings. */
  bypassed: ReadonlySet<string>;
}

export interface HeartbeatPacerOptions {
  intervalMs: number;
  audit: AuditWatch;
  logger: Logger;
  /** The audit has answered: the next read may carry a heartbeat. */
  onReady: () => void;
}

export class HeartbeatPacer {
  readonly #options: HeartbeatPacerOptions;
  #nextDueMs = 0;
  #asking = false;
  #answer: AuditResult | null = null;

  constructor(options: HeartbeatPacerOptions) {
    this.#options = options;
  }

  /** How long the loop may rest before it should call `tick` again. */
  get untilDueMs(): number {
    return this.#asking ? this.#options.intervalMs : this.#nextDueMs - performance.now();
  }

  /** Asks the audit when a heartbeat is due; returns at once. */
  tick(): void {
    if (this.#asking || this.untilDueMs > 0) {
      return;
    }
    this.#asking = true;
    this.#nextDueMs = performance.now() + this.#options.intervalMs;
    void this.#ask().finally(() => {
      this.#asking = false;
      this.#options.onReady();
    });
  }

  /** The heartbeat that a complete read allows, if one is due. */
  take(snapshot: Snapshot): DueHeartbeat | null {
    const answer = this.#answer;
    if (answer === null || !snapshot.complete || snapshot.incarnation === null) {
      return null;
    }
    this.#answer = null;
    if (answer.incarnation !== snapshot.incarnation) {
      // From before it was renewed, or of a primary that was replaced: it vouches for nothing here.
      this.#options.audit.reconnect();
      return null;
    }
    return {
      atMs: Math.min(snapshot.atMs, answer.atMs),
      incarnation: snapshot.incarnation,
      bypassed: new Set(answer.findings.map(({ resource }) => resource)),
    };
  }

  /** A new lead starts from nothing. */
  reset(): void {
    this.#nextDueMs = 0;
    this.#answer = null;
  }

  async #ask(): Promise<void> {
    try {
      this.#answer = await this.#options.audit.look();
    } catch (error) {
      // No heartbeat without an audit: readers bypass once the bound has passed.
      const message = `no heartbeat, the audit failed: ${describeError(error)}`;
      this.#options.logger.warn({ event: 'heartbeat.audit_failed' }, message);
    }
  }
}
